import { boundedFaults } from './boundedRecord';
import type { RejectedRecord } from './rejectedRecord';

/** A rejected record as the API shows it. */
export interface QuarantinedRecord extends RejectedRecord {
  /** True when `raw` is only the beginning of the record. */
  isTruncated: boolean;
}

/** Characters of a raw record that are shown. */
export const LONGEST_RAW = 4000;

/** Begins the raw record, the last field. In a text inside JSON its quotes would be escaped. */
export const RAW_FIELD = ',"raw":"';
/** Begin the fields before it that have no bound in files of earlier versions. */
const LISTS = [',"more":[', ',"allowedGroups":['];

/**
 * Reads a line of a quarantine file. `line` may be only the beginning of a very long one: mostly the raw record is then
 * incomplete. A line that ends before it, in its faults or groups, is read without them, and nobody may read it but callers
 * who may read everything. Undefined for any other text.
 */
export function readRecord(line: string, isWhole: boolean): QuarantinedRecord | undefined {
  const record = isWhole ? parse(line) : parseBeginning(line);
  if (record === undefined) return undefined;
  const isTruncated = !isWhole || record.raw.length > LONGEST_RAW;
  const { code, column = null, found = null, expected = '', more = [], omittedFaults, ...others } = record;
  return {
    ...others,
    ...boundedFaults([{ code, column, found, expected }, ...more], omittedFaults),
    raw: isTruncated ? withoutHalfCharacter(record.raw.slice(0, LONGEST_RAW)) : record.raw,
    isTruncated,
  };
}

function parse(line: string): RejectedRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<RejectedRecord> | null;
    return typeof value?.code === 'string' && typeof value.raw === 'string' ? (value as RejectedRecord) : undefined;
  } catch {
    return undefined;
  }
}

function parseBeginning(line: string): RejectedRecord | undefined {
  if (line.includes(RAW_FIELD)) return parse(closed(line));
  const end = Math.min(...LISTS.map((list) => line.indexOf(list)).filter((at) => at >= 0));
  return Number.isFinite(end) ? parse(`${line.slice(0, end)},"allowedGroups":[],"raw":""}`) : undefined;
}

/** Completes truncated JSON. Drops an incomplete escape at its end; the longest escape has six characters, `\\u001f`. */
function closed(beginning: string): string {
  const tail = /(?<!\\)(?:\\\\)*(\\(?:u[0-9a-f]{0,3})?)$/i.exec(beginning.slice(-64))?.[1] ?? '';
  return `${beginning.slice(0, beginning.length - tail.length)}"}`;
}

/** Drops the first half of a surrogate pair at the end. */
function withoutHalfCharacter(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}
