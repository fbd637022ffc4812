import type { ContractColumn } from '../contract/contract';
import { nearestName } from '../problems/nearestName';
import { isWellFormed } from '../encoding/wellFormed';
import { readJsonMembers } from './jsonMembers';

/** What is wrong with one line of NDJSON. Such a line is a rejected record; the file does not fail. */
export interface JsonRecordFault {
  code:
    | 'ROW_JSON_INVALID'
    | 'ROW_JSON_NOT_OBJECT'
    | 'ROW_JSON_UNKNOWN_KEY'
    | 'ROW_JSON_MISSING_KEY'
    | 'ROW_JSON_REPEATED_KEY'
    | 'ROW_JSON_NESTED'
    | 'ROW_JSON_NOT_TEXT'
    | 'ROW_RECORD_TOO_LONG';
  column: string | null;
  found: string;
  expected: string;
}

/** Limits, because a line may have any number of keys of any length. */
const MOST_FAULTS = 100;
const LONGEST_FOUND = 200;
const LONGEST_EXPECTED = 1000;

/**
 * Reads one line as the values of the contract's columns, in their order; null where the value is null or an optional key
 * is absent. Returns all faults of the line, up to 100, with their texts truncated.
 */
export function readJsonRecord(
  line: string,
  columns: readonly ContractColumn[],
): { values: (string | null)[]; faults?: never } | { values?: never; faults: JsonRecordFault[] } {
  const members = readJsonMembers(line);
  if ('invalid' in members) {
    return {
      faults: [{ code: 'ROW_JSON_INVALID', column: null, found: members.invalid, expected: 'one JSON object' }],
    };
  }
  if ('notObject' in members) {
    return { faults: [{ code: 'ROW_JSON_NOT_OBJECT', column: null, found: members.notObject, expected: 'an object' }] };
  }
  const names = columns.map((column) => column.header ?? column.name);
  const values = new Map<string, string | null>();
  const faults: JsonRecordFault[] = [];
  const seen = new Set<string>();
  for (const { key, text } of members) {
    if (faults.length === MOST_FAULTS) break;
    if (seen.has(key)) {
      faults.push({ code: 'ROW_JSON_REPEATED_KEY', column: key, found: `"${key}" twice`, expected: 'each key once' });
    } else if (!names.includes(key)) {
      faults.push({ code: 'ROW_JSON_UNKNOWN_KEY', column: key, found: `"${key}"`, expected: suggestion(key, names) });
    } else if (text === undefined) {
      faults.push({ code: 'ROW_JSON_NESTED', column: key, found: 'an object or array', expected: 'a plain value' });
    } else if (text !== null && !isText(text)) {
      const found = text.includes('\0') ? 'a NUL character' : 'an unpaired surrogate';
      faults.push({ code: 'ROW_JSON_NOT_TEXT', column: key, found, expected: 'characters that UTF-8 text can hold' });
    } else {
      values.set(key, text);
    }
    seen.add(key);
  }
  columns.forEach((column, index) => {
    const name = names[index] ?? '';
    if (column.required && !seen.has(name) && faults.length < MOST_FAULTS) {
      faults.push({
        code: 'ROW_JSON_MISSING_KEY',
        column: name,
        found: 'no such key',
        expected: `a value for "${name}"`,
      });
    }
  });
  return faults.length > 0
    ? { faults: faults.map(truncated) }
    : { values: names.map((name) => values.get(name) ?? null) };
}

function truncated({ code, column, found, expected }: JsonRecordFault): JsonRecordFault {
  return {
    code,
    column: column === null ? null : firstOf(column, LONGEST_FOUND),
    found: firstOf(found, LONGEST_FOUND),
    expected: firstOf(expected, LONGEST_EXPECTED),
  };
}

/** Never splits a surrogate pair. */
function firstOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

function suggestion(key: string, names: string[]): string {
  const nearest = nearestName(key, names);
  return nearest === undefined ? `one of ${names.join(', ')}` : `"${nearest}"`;
}

/** False for NUL and unpaired surrogates: JSON can escape them, but UTF-8 text or PostgreSQL cannot hold them. */
function isText(text: string): boolean {
  return !text.includes('\0') && isWellFormed(text);
}
