import type { ContractColumn, DataContract } from '../contract/contract';
import type { SqlSourceOptions } from '../contract/sqlSource';

/** Rows of one date: watermark above `low` (null: from the start) and at most `high` (null: no rows). */
export interface WatermarkInterval {
  low: string | null;
  high: string | null;
}

/** SQL for the highest watermark above `low`, as text; null when no row is newer. */
export function highestWatermark(source: SqlSourceOptions, low: string | null): string {
  const watermark = identifier(source.watermarkColumn);
  return `select max(${watermark})::text from (${body(source)}) as source${low === null ? '' : ` where ${watermark} > ${literal(low)}`}`;
}

/** What the source says about its watermark column. Values are text. */
export interface WatermarkFacts {
  /** Name of its type. */
  type: string;
  /** Text and enums: a value such as `infinity` is an ordinary one. */
  isText: boolean;
  hasNull: boolean;
  /** Null without rows. */
  smallest: string | null;
  largest: string | null;
}

/** SQL for the facts, as JSON. An index on the column answers it, where the query lets the server use one. */
export function watermarkFacts(source: SqlSourceOptions): string {
  const watermark = identifier(source.watermarkColumn);
  const rows = `from (${body(source)}) as source`;
  return `with found as (select pg_typeof((select ${watermark} ${rows} limit 0)) as type)
    select json_build_object(
      'type', type::text,
      'isText', (select typcategory in ('S', 'E') from pg_catalog.pg_type where oid = type::oid),
      'hasNull', exists (select ${rows} where ${watermark} is null),
      'smallest', smallest::text,
      'largest', largest::text)::text
    from found, (select min(${watermark}) as smallest, max(${watermark}) as largest ${rows}) as extremes`;
}

/** SQL that returns 'true' when a row has this watermark or a higher one. */
export function reaches(source: SqlSourceOptions, mark: string): string {
  const watermark = identifier(source.watermarkColumn);
  return `select exists (select from (${body(source)}) as source where ${watermark} >= ${literal(mark)})::text`;
}

/**
 * COPY of the interval's rows as CSV in the contract's dialect, oldest first, with a header. Values are quoted and null is
 * not. Dates and times have the contract's formats; times are in UTC.
 */
export function copyInterval(
  { columns, source: { delimiter, quote, nullText } }: DataContract,
  source: SqlSourceOptions,
  { low, high }: WatermarkInterval,
): string {
  const watermark = identifier(source.watermarkColumn);
  const values = columns.map((column) => {
    const name = identifier(column.header ?? column.name);
    return `${valueText(column, name)} as ${name}`;
  });
  const conditions = [
    high === null ? 'false' : `${watermark} <= ${literal(high)}`,
    ...(low === null ? [] : [`${watermark} > ${literal(low)}`]),
  ];
  return `copy (select ${values.join(', ')} from (${body(source)}) as source
    where ${conditions.join(' and ')} order by source.${watermark})
    to stdout with (format csv, header true, force_quote *, encoding 'UTF8',
      null ${literal(nullText)}, delimiter ${literal(delimiter)}, quote ${literal(quote)})`;
}

/** On separate lines, so that a comment at its end does not hide the SQL after it. */
function body({ query }: SqlSourceOptions): string {
  return `\n${query}\n`;
}

/** What to_char writes for each part of a strptime format. */
const TO_CHAR_OF: Record<string, string> = {
  '%Y': 'YYYY',
  '%y': 'YY',
  '%m': 'MM',
  '%-m': 'FMMM',
  '%B': 'FMMonth',
  '%b': 'Mon',
  '%d': 'DD',
  '%-d': 'FMDD',
  '%A': 'FMDay',
  '%a': 'Dy',
  '%H': 'HH24',
  '%-H': 'FMHH24',
  '%I': 'HH12',
  '%M': 'MI',
  '%S': 'SS',
  '%f': 'US',
  '%g': 'MS',
  '%p': 'AM',
};

/**
 * A column as the text that its contract expects. Infinity and years outside 1 to 9999 keep PostgreSQL's own text, which the
 * transform rejects: to_char would write a different year, or null.
 */
function valueText(column: ContractColumn, name: string): string {
  const isTime = column.logicalType === 'timestamp';
  if (!isTime && (column.logicalType !== 'date' || column.format === undefined)) return `source.${name}::text`;
  const pattern = toCharPattern(column.format ?? '%Y-%m-%dT%H:%M:%SZ');
  if (pattern === undefined) return `source.${name}::text`;
  // A time without a zone is read as UTC, the session's time zone.
  const moment = `source.${name}::timestamptz`;
  return `case when ${moment} >= '0001-01-01' and ${moment} < '9999-12-31 24:00:00'
    then to_char(${moment} at time zone 'UTC', ${literal(pattern)}) else source.${name}::text end`;
}

function toCharPattern(format: string): string | undefined {
  let pattern = '';
  for (const [token] of format.matchAll(/%-?[A-Za-z]|[^%]+|%/g)) {
    const counterpart = token.startsWith('%') ? TO_CHAR_OF[token] : `"${token.replaceAll(/["\\]/g, '\\$&')}"`;
    if (counterpart === undefined) return undefined;
    pattern += counterpart;
  }
  return pattern;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
