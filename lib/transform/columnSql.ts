import type { Bound, ContractColumn, LogicalType } from '../contract/contract';
import { decimalPattern, decimalText } from '../contract/decimal';
import { textFormatPattern } from '../contract/textFormat';
import { YEAR } from '../contract/timeFormat';
import { identifier, literal } from '../duckdb/duckdb';
import { timeInFormat } from './timeSql';

/**
 * The SQL for a column. Files are read as text and cast here explicitly: the engine's own casts accept '1.5' as the integer
 * 2 and ' 7 ' as 7.
 */

/** A possible fault of a value. `condition` is SQL on the text of the column, true for a faulty value. */
export interface ColumnCheck {
  code:
    | 'ROW_VALUE_REQUIRED'
    | 'ROW_VALUE_TYPE'
    | 'ROW_VALUE_PATTERN'
    | 'ROW_VALUE_FORMAT'
    | 'ROW_VALUE_LENGTH'
    | 'ROW_VALUE_RANGE';
  condition: string;
  expected: string;
}

/** PostgreSQL indexes the whole key with dataset and date, and refuses index entries over 2704 bytes. */
export const LONGEST_KEY_IN_BYTES = 2000;

const DEFAULT_FORMATS = { date: '%Y-%m-%d', timestamp: '%Y-%m-%dT%H:%M:%SZ' };

/**
 * The default formats are checked by a regular expression and then cast: strptime accepts single digits and spaces instead
 * of two digits, and is twice as slow. The cast accepts 24:00:00 as the next day.
 */
const DEFAULT_SHAPES = {
  date: `${YEAR}-[0-9]{2}-[0-9]{2}`,
  timestamp: `${YEAR}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z`,
};

const EXPECTED_TYPES: Record<LogicalType, string> = {
  string: 'text',
  integer: 'a whole number from -9223372036854775808 to 9223372036854775807',
  number: 'a number such as 12.5',
  boolean: 'true or false',
  date: 'a date as ',
  timestamp: 'a time as ',
};

/** How the bounds of these types are written in SQL. */
const BOUND_TYPES: Partial<Record<LogicalType, string>> = { date: 'DATE', timestamp: 'TIMESTAMPTZ' };
const EXPECTED_KINDS: Partial<Record<LogicalType, string>> = { date: 'a date', timestamp: 'a time' };

/** SQL for the column's text, null where an empty text is null. `field`: SQL for the text as in the file. */
export function columnText({ logicalType, emptyIsNull }: ContractColumn, field: string): string {
  return (emptyIsNull ?? logicalType !== 'string') ? `nullif(${field}, '')` : field;
}

/** The column's typed value; null when the text is null or not of the type. `text` is an SQL expression. */
export function typedValue(column: ContractColumn, text: string): string {
  const { decimal, logicalType } = column;
  if (decimal !== undefined) {
    const pattern = decimalPattern(decimal, logicalType === 'integer');
    return matching(text, pattern, `try_cast(${text} AS ${decimalText(decimal)})`);
  }
  switch (logicalType) {
    case 'string':
      return text;
    case 'integer':
      return matching(text, '-?[0-9]{1,19}', `try_cast(${text} AS BIGINT)`);
    case 'number': {
      const cast = `try_cast(${text} AS DOUBLE)`;
      return matching(
        text,
        '-?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?',
        `CASE WHEN isfinite(${cast}) THEN ${cast} END`,
      );
    }
    case 'boolean':
      return `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case 'date':
      return timeValue(column, text, 'date', 'DATE');
    case 'timestamp':
      return timeValue(column, text, 'timestamp', 'TIMESTAMPTZ');
  }
}

/** The column's checks in order; the first that fails is the fault. `value` is SQL for the typed value. */
export function checksOf(column: ContractColumn, text: string, value = typedValue(column, text)): ColumnCheck[] {
  const checks: ColumnCheck[] = [];
  const format = formatOf(column);
  if (column.required) {
    checks.push({
      code: 'ROW_VALUE_REQUIRED',
      // Every blank sorts before '!', so one comparison decides nearly all texts. The regular expression alone took a
      // third of the time of narrow rows.
      condition: `CASE WHEN ${text} >= '!' THEN false ELSE ${text} IS NULL OR NOT regexp_matches(${text}, '[^ \\t\\r\\n]') END`,
      expected: 'a value: neither null nor blank',
    });
  }
  if (column.logicalType !== 'string') {
    checks.push({
      code: 'ROW_VALUE_TYPE',
      condition: `${text} IS NOT NULL AND ${value} IS NULL`,
      expected: expectedType(column, format),
    });
  }
  if (column.pattern !== undefined) {
    checks.push({
      code: 'ROW_VALUE_PATTERN',
      condition: `NOT regexp_full_match(${text}, ${literal(column.pattern)})`,
      expected: `text that matches ${column.pattern}`,
    });
  }
  if (column.textFormat !== undefined) {
    checks.push({
      code: 'ROW_VALUE_FORMAT',
      condition: `NOT regexp_full_match(${text}, ${literal(textFormatPattern(column.textFormat))})`,
      expected: `text of the format ${column.textFormat}`,
    });
  }
  const length = bounds(`length(${text})`, { minimum: column.minLength, maximum: column.maxLength });
  if (length !== undefined) {
    checks.push({ code: 'ROW_VALUE_LENGTH', condition: length.condition, expected: `${length.expected} characters` });
  }
  if (column.primaryKey && column.logicalType === 'string') {
    checks.push({
      code: 'ROW_VALUE_LENGTH',
      condition: `strlen(${text}) > ${LONGEST_KEY_IN_BYTES}`,
      expected: `a key of at most ${LONGEST_KEY_IN_BYTES} bytes`,
    });
  }
  const range = bounds(`(${value})`, column, BOUND_TYPES[column.logicalType]);
  if (range !== undefined) {
    const kind = EXPECTED_KINDS[column.logicalType] ?? 'a number';
    checks.push({ code: 'ROW_VALUE_RANGE', condition: range.condition, expected: `${kind} ${range.expected}` });
  }
  return checks;
}

function expectedType({ decimal, logicalType }: ContractColumn, format = ''): string {
  if (decimal === undefined) return `${EXPECTED_TYPES[logicalType]}${format}`;
  const { precision, scale } = decimal;
  const places = logicalType === 'integer' ? '' : `, at most ${scale} of them after the point`;
  return `${logicalType === 'integer' ? 'a whole number' : 'a number'} of at most ${precision} digits${places}`;
}

/**
 * A hash (MD5, hexadecimal) of the row's business columns as written in the file: the same for the same text in any run,
 * file, partition or order of columns. The hashed text is NUL, name, NUL, value for each column that is not null, in the
 * order of the contract. Files with a NUL byte are rejected, so different rows have different texts (null and empty too),
 * and adding a nullable column does not change a hash. One `concat`: a chain of `||` took 15 times as long. A `required`
 * column is not checked for null: a row in which it is null is rejected, and its hash is not used.
 */
export function contentHash(columns: ColumnText[]): string {
  return `md5(${rowText(columns)})`;
}

export type ColumnText = Pick<ContractColumn, 'name' | 'required'> & { text: string };

/** SQL for the text that is hashed. */
export function rowText(columns: ColumnText[]): string {
  const texts = columns.map(({ name, text, required }) => {
    const label = `chr(0) || ${literal(name)} || chr(0)`;
    return required ? `${label}, ${text}` : `CASE WHEN ${text} IS NOT NULL THEN ${label} END, ${text}`;
  });
  return `concat(${texts.join(', ')})`;
}

/** The strptime format of a date or timestamp column; undefined for other types. */
function formatOf(column: ContractColumn): string | undefined {
  if (column.logicalType !== 'date' && column.logicalType !== 'timestamp') return undefined;
  return column.format ?? DEFAULT_FORMATS[column.logicalType];
}

/** `value AS "name"`. */
export function named(expression: string, name: string): string {
  return `${expression} AS ${identifier(name)}`;
}

function timeValue(
  column: ContractColumn,
  text: string,
  kind: 'date' | 'timestamp',
  type: 'DATE' | 'TIMESTAMPTZ',
): string {
  const format = formatOf(column) ?? DEFAULT_FORMATS[kind];
  if (format === DEFAULT_FORMATS[kind]) return matching(text, DEFAULT_SHAPES[kind], `try_cast(${text} AS ${type})`);
  return timeInFormat(text, format, type);
}

function matching(text: string, pattern: string, value: string): string {
  return `CASE WHEN regexp_full_match(${text}, ${literal(pattern)}) THEN ${value} END`;
}

const LIMITS = [
  ['minimum', '<', 'at least'],
  ['exclusiveMinimum', '<=', 'more than'],
  ['maximum', '>', 'at most'],
  ['exclusiveMaximum', '>=', 'less than'],
] as const;

function bounds(
  value: string,
  limits: Partial<Record<(typeof LIMITS)[number][0], Bound>>,
  type?: string,
): { condition: string; expected: string } | undefined {
  const given = LIMITS.flatMap(([name, outside, words]) => {
    const bound = limits[name];
    if (bound === undefined) return [];
    const written = type === undefined ? `${bound}` : `${type} ${literal(`${bound}`)}`;
    return [{ condition: `${value} ${outside} ${written}`, expected: `${words} ${bound}` }];
  });
  if (given.length === 0) return undefined;
  return {
    condition: given.map(({ condition }) => condition).join(' OR '),
    expected: given.map(({ expected }) => expected).join(' and '),
  };
}
