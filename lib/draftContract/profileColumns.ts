import { literal, type DuckDb, type SqlValue } from '../duckdb/duckdb';
import { numberFacts, numberType } from './numberTypes';
import { typedValue } from '../transform/columnSql';
import type { ContractColumn, LogicalType } from '../contract/contract';
import { TEXT_FORMATS, textFormatPattern, type TextFormat } from '../contract/textFormat';
import { strptimeFormat } from '../contract/timeFormat';

/** Statistics of a column over all rows of a file. Rows without any value do not count. */
export interface ColumnProfile {
  header: string;
  rows: number;
  /** Values that are neither null nor blank. */
  filled: number;
  distinct: number;
  minLength: number;
  maxLength: number;
  averageLength: number;
  logicalType: LogicalType;
  /** Of numbers that only a decimal holds unchanged. */
  physicalType?: string;
  /** JDK pattern of a date or timestamp. */
  format?: string;
  /** Another format that fits all values. */
  alternative?: string;
  textFormat?: TextFormat;
  /** All distinct values, when they are few and often repeated. */
  values?: string[];
}

const DATE_FORMATS = [
  ...['yyyy-MM-dd', 'yyyy/MM/dd', 'dd.MM.yyyy', 'dd/MM/yyyy', 'MM/dd/yyyy', 'dd-MM-yyyy', 'MM-dd-yyyy'],
  ...['dd-MMM-yy', 'dd-MMM-yyyy', 'dd MMM yyyy', 'MMM dd yyyy', 'MMM dd, yyyy', 'dd MMMM yyyy', 'MMMM dd, yyyy'],
];
const TIMESTAMP_FORMATS = [
  ...["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yyyy-MM-dd'T'HH:mm:ss", 'yyyy-MM-dd HH:mm:ss'],
  ...['yyyy-MM-dd HH:mm:ss.SSS', 'yyyy-MM-dd HH:mm', 'dd.MM.yyyy HH:mm', 'dd/MM/yyyy HH:mm', 'MM/dd/yyyy HH:mm'],
];
/** Formats that are tried only when the column's name suggests a time. */
const NUMERIC_DATES = ['yyyyMMdd', 'yyyy'];
const TIME_NAME = /date|day|year|published|created/i;

const FEW_VALUES = { most: 12, longest: 40, rowsPerValue: 20 };

/** A column of the table by its number in the file, with its name in the header. */
interface FileColumn {
  index: number;
  header: string;
}

/**
 * Profiles the text columns `c0`, `c1`, ... of a table without blank rows. Each of its four queries reads all columns as
 * rows of column and value: the engine needs 60 ms to prepare the expressions for one column, whatever the number of rows.
 */
export async function profileColumns(duckDb: DuckDb, table: string, headers: string[]): Promise<ColumnProfile[]> {
  const all = headers.map((header, index) => ({ index, header }));
  const profiles = await countValues(duckDb, table, all);
  // Values of other types are short, so long texts are not tested against them.
  const short = all.filter(
    ({ index }) => isFilled(profiles[index]) && (profiles[index]?.maxLength ?? 0) <= LONGEST_TYPED,
  );
  const types = await fittingTypes(duckDb, table, short);
  const untyped = all.filter(({ index }) => isFilled(profiles[index]) && (types.get(index) ?? []).length === 0);
  const formats = await fittingFormats(duckDb, table, untyped);
  const frequent = untyped.filter(({ index }) => !formats.has(index) && hasFewValues(profiles[index]));
  const values = await distinctValues(duckDb, table, frequent);
  return profiles.map((profile, index) => {
    const [best, next] = types.get(index) ?? [];
    const alternative = best !== undefined && next?.logicalType === best.logicalType ? next.format : undefined;
    return {
      ...profile,
      ...best,
      ...(alternative === undefined ? {} : { alternative }),
      ...(formats.has(index) ? { textFormat: formats.get(index) } : {}),
      ...(values.has(index) ? { values: values.get(index) } : {}),
    };
  });
}

const LONGEST_TYPED = 40;

function isFilled(profile: ColumnProfile | undefined): boolean {
  return profile !== undefined && profile.filled > 0;
}

function hasFewValues(profile: ColumnProfile | undefined): boolean {
  const { most, longest, rowsPerValue } = FEW_VALUES;
  if (profile === undefined) return false;
  const { distinct, maxLength, filled } = profile;
  return distinct >= 2 && distinct <= most && maxLength <= longest && filled >= distinct * rowsPerValue;
}

/** Computes aggregates over `value` for each column. Returns them by the column's number. */
async function aggregate(
  duckDb: DuckDb,
  table: string,
  columns: FileColumn[],
  aggregates: string[],
): Promise<Map<number, SqlValue[]>> {
  if (columns.length === 0) return new Map();
  const numbers = columns.map(({ index }) => index).join(', ');
  const texts = columns.map(({ index }) => `c${index}`).join(', ');
  const rows = await duckDb.rows(
    `SELECT number, ${aggregates.join(', ')}
     FROM (SELECT unnest([${numbers}]) AS number, unnest([${texts}]) AS value FROM ${table}) GROUP BY number`,
  );
  return new Map(rows.map(([number, ...facts]) => [Number(number), facts]));
}

async function countValues(duckDb: DuckDb, table: string, columns: FileColumn[]): Promise<ColumnProfile[]> {
  const counts = await aggregate(duckDb, table, columns, [
    'count(*)',
    `count(nullif(trim(value, ' \t\r\n'), ''))`,
    'count(DISTINCT value)',
    'coalesce(min(length(value)), 0)',
    'coalesce(max(length(value)), 0)',
    'coalesce(avg(length(value)), 0)',
  ]);
  return columns.map(({ index, header }) => {
    const facts = (counts.get(index) ?? []).map(Number);
    const [rows = 0, filled = 0, distinct = 0, minLength = 0, maxLength = 0, averageLength = 0] = facts;
    return { header, rows, filled, distinct, minLength, maxLength, averageLength, logicalType: 'string' };
  });
}

interface FittingType {
  logicalType: LogicalType;
  physicalType?: string;
  format?: string;
}

/** Nothing between quotes is null in a typed column. */
const TYPED_TEXT = "nullif(value, '')";

/** Types that fit all values of each column, by the same casts as in the transform; the most likely first. */
async function fittingTypes(duckDb: DuckDb, table: string, columns: FileColumn[]): Promise<Map<number, FittingType[]>> {
  const dates = (formats: string[], logicalType: LogicalType): FittingType[] =>
    formats.map((format) => ({ logicalType, format }));
  const first: FittingType[] = [{ logicalType: 'boolean' }, ...dates(NUMERIC_DATES, 'date')];
  const candidates: FittingType[] = [
    ...first,
    ...dates(DATE_FORMATS, 'date'),
    ...dates(TIMESTAMP_FORMATS, 'timestamp'),
  ];
  const misfits = candidates.map((candidate) => {
    const value = typedValue(columnOf(candidate), TYPED_TEXT);
    // A format with a four-digit year also accepts two digits, which then mean the first century.
    const implausible = candidate.format === undefined ? 'false' : `year(${value}) NOT BETWEEN 1000 AND 2999`;
    return `count(*) FILTER (${TYPED_TEXT} IS NOT NULL AND ((${value}) IS NULL OR ${implausible}))`;
  });
  const facts = await aggregate(duckDb, table, columns, [
    ...misfits,
    `count(*) FILTER (NOT regexp_matches(${TYPED_TEXT}, '^(?:1[5-9]|20)[0-9]{2}'))`,
    ...numberFacts(TYPED_TEXT),
  ]);
  return new Map(
    columns.map(({ index, header }) => {
      const row = facts.get(index) ?? [];
      const hasOtherCenturies = Number(row[candidates.length]) > 0;
      const isFitting = candidates.map(
        ({ format }, candidate) =>
          // 0007 is not a year.
          Number(row[candidate]) === 0 &&
          (!NUMERIC_DATES.includes(format ?? '') || (TIME_NAME.test(header) && !hasOtherCenturies)),
      );
      const number = numberType(row.slice(candidates.length + 1).map(Number));
      const fitting = [
        ...first.filter((_type, candidate) => isFitting[candidate]),
        ...(number === undefined ? [] : [number]),
        ...candidates.filter((_type, candidate) => candidate >= first.length && isFitting[candidate]),
      ];
      return [index, fitting];
    }),
  );
}

function columnOf({ logicalType, format }: FittingType): ContractColumn {
  return {
    name: 'value',
    logicalType,
    required: false,
    unique: false,
    primaryKey: false,
    ...(format === undefined ? {} : { format: strptimeFormat(format) ?? format }),
  };
}

/** Columns in which every value has a format of the standard. */
async function fittingFormats(duckDb: DuckDb, table: string, columns: FileColumn[]): Promise<Map<number, TextFormat>> {
  // Any word may be a host name or base64.
  const formats = TEXT_FORMATS.filter((format) => !['hostname', 'byte'].includes(format));
  const misfits = formats.map(
    (format) => `count(*) FILTER (NOT regexp_full_match(value, ${literal(textFormatPattern(format))}))`,
  );
  const facts = await aggregate(duckDb, table, columns, [
    ...misfits,
    `count(*) FILTER (NOT starts_with(value, 'http'))`,
  ]);
  const found = new Map<number, TextFormat>();
  for (const [index, row] of facts) {
    const format = formats.find((_format, number) => Number(row[number]) === 0);
    const isOther = format === 'uri' && Number(row[formats.length]) > 0;
    if (format !== undefined && !isOther) found.set(index, format);
  }
  return found;
}

/** All values of columns that have few. */
async function distinctValues(duckDb: DuckDb, table: string, columns: FileColumn[]): Promise<Map<number, string[]>> {
  const facts = await aggregate(duckDb, table, columns, [
    `to_json(list_sort(list(DISTINCT value) FILTER (value IS NOT NULL)))::VARCHAR`,
  ]);
  return new Map([...facts].map(([index, [list]]) => [index, JSON.parse(String(list)) as string[]]));
}
