import { identifier, literal, type DuckDb } from '../duckdb/duckdb';
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

/** Profiles one text column of a table without blank rows. */
export async function profileColumn(
  duckDb: DuckDb,
  table: string,
  column: string,
  header: string,
): Promise<ColumnProfile> {
  const name = identifier(column);
  const value = `nullif(trim(${name}, ' \t\r\n'), '')`;
  const [row = []] = await duckDb.rows(
    `SELECT count(*), count(${value}), count(DISTINCT ${name}), coalesce(min(length(${name})), 0),
       coalesce(max(length(${name})), 0), coalesce(avg(length(${name})), 0) FROM ${table}`,
  );
  const [rows = 0, filled = 0, distinct = 0, minLength = 0, maxLength = 0, averageLength = 0] = row.map(Number);
  const profile: ColumnProfile = {
    header,
    ...{ rows, filled, distinct, minLength, maxLength, averageLength },
    logicalType: 'string',
  };
  if (filled === 0) return profile;
  // Values of other types are short, so long texts are not tested against them.
  const types = maxLength > 40 ? [] : await fittingTypes(duckDb, table, `nullif(${name}, '')`, header);
  const [best, next] = types;
  if (best !== undefined) {
    const alternative = next?.logicalType === best.logicalType ? next.format : undefined;
    return { ...profile, ...best, ...(alternative === undefined ? {} : { alternative }) };
  }
  const textFormat = await fittingFormat(duckDb, table, name);
  if (textFormat !== undefined) return { ...profile, textFormat };
  const { most, longest, rowsPerValue } = FEW_VALUES;
  if (distinct > most || maxLength > longest || filled < distinct * rowsPerValue || distinct < 2) return profile;
  const values = await duckDb.rows(`SELECT DISTINCT ${name} FROM ${table} WHERE ${name} IS NOT NULL ORDER BY 1`);
  return { ...profile, values: values.map(([text]) => String(text)) };
}

interface FittingType {
  logicalType: LogicalType;
  physicalType?: string;
  format?: string;
}

/** Types that fit all values, by the same casts as in the transform; the most likely first. */
async function fittingTypes(duckDb: DuckDb, table: string, name: string, header: string): Promise<FittingType[]> {
  const dates = (formats: string[], logicalType: LogicalType): FittingType[] =>
    formats.map((format) => ({ logicalType, format }));
  const first: FittingType[] = [
    { logicalType: 'boolean' },
    ...(TIME_NAME.test(header) ? dates(NUMERIC_DATES, 'date') : []),
  ];
  const candidates: FittingType[] = [
    ...first,
    ...dates(DATE_FORMATS, 'date'),
    ...dates(TIMESTAMP_FORMATS, 'timestamp'),
  ];
  const misfits = candidates.map((candidate) => {
    const value = typedValue(columnOf(candidate), name);
    // A format with a four-digit year also accepts two digits, which then mean the first century.
    const implausible = candidate.format === undefined ? 'false' : `year(${value}) NOT BETWEEN 1000 AND 2999`;
    return `count(*) FILTER (${name} IS NOT NULL AND ((${value}) IS NULL OR ${implausible}))`;
  });
  const [row = []] = await duckDb.rows(
    `SELECT ${misfits.join(', ')}, count(*) FILTER (NOT regexp_matches(${name}, '^(?:1[5-9]|20)[0-9]{2}')),
       ${numberFacts(name).join(', ')} FROM ${table}`,
  );
  const hasOtherCenturies = Number(row[candidates.length]) > 0;
  const fits = ({ format }: FittingType, index: number): boolean =>
    // 0007 is not a year.
    Number(row[index]) === 0 && (!NUMERIC_DATES.includes(format ?? '') || !hasOtherCenturies);
  const number = numberType(row.slice(candidates.length + 1).map(Number));
  const isFitting = candidates.map(fits);
  return [
    ...first.filter((_type, index) => isFitting[index]),
    ...(number === undefined ? [] : [number]),
    ...candidates.filter((_type, index) => index >= first.length && isFitting[index]),
  ];
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

async function fittingFormat(duckDb: DuckDb, table: string, name: string): Promise<TextFormat | undefined> {
  // Any word may be a host name or base64.
  const formats = TEXT_FORMATS.filter((format) => !['hostname', 'byte'].includes(format));
  const misfits = formats.map(
    (format) => `count(*) FILTER (NOT regexp_full_match(${name}, ${literal(textFormatPattern(format))}))`,
  );
  const [row = []] = await duckDb.rows(`SELECT ${misfits.join(', ')} FROM ${table}`);
  const found = formats.find((_format, index) => Number(row[index]) === 0);
  if (found !== 'uri') return found;
  const [web = []] = await duckDb.rows(`SELECT count(*) FROM ${table} WHERE NOT starts_with(${name}, 'http')`);
  return Number(web[0]) === 0 ? found : undefined;
}
