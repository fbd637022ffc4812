import type { SqlSourceOptions } from '../contract/sqlSource';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import { highestWatermark, reaches, type WatermarkFacts, type WatermarkInterval } from './extractSql';
import type { Extract } from './extractStore';
import type { SqlSession } from './sqlSource';
import { isFinite, isSameColumn, type WatermarkOrigin } from './watermarkOrigin';

/** The watermark column as it is in the source now. */
export interface Watermark {
  source: SqlSourceOptions;
  facts: WatermarkFacts;
  origin: WatermarkOrigin;
}

/**
 * The rows of a date that has no committed interval: those newer than the latest committed date, or all. Errors:
 * SQL_SOURCE_CHANGED when the latest mark is of another query or column and the contract does not say what to do;
 * SQL_SOURCE_WATERMARK_INFINITE when no row can be newer than it.
 */
export async function nextInterval(
  session: SqlSession,
  watermark: Watermark,
  latest: Extract | undefined,
  { dataset }: RunKey,
): Promise<WatermarkInterval> {
  const { source, facts } = watermark;
  const change = source.afterChange;
  const isConfirmed = latest !== undefined && change !== undefined && latest.date < change.date;
  const low = isConfirmed && change.rows === 'all' ? null : (latest?.high ?? null);
  if (latest === undefined || low === null) return { low: null, high: facts.largest };
  if (!isFinite(low, facts)) throw infiniteMark(source, latest.date, low, dataset);
  const isComparable = isConfirmed
    ? await session.isValue(low, facts.type)
    : await isOfSameOrigin(session, watermark, latest.origin, low);
  if (!isComparable) throw originChanged(watermark, latest, low, dataset);
  return { low, high: (await session.value(highestWatermark(source, low))) ?? low };
}

/**
 * The rows of a date again. Errors: SQL_SOURCE_CHANGED when its interval is of another column; a changed query is allowed,
 * and gives the rows that it has there. SQL_SOURCE_WATERMARK_INFINITE when its interval does not end or begin.
 */
export function sameInterval(
  { source, facts, origin }: Watermark,
  known: Extract,
  { dataset }: RunKey,
): WatermarkInterval {
  const { low, high, date } = known;
  for (const mark of [low, high]) if (!isFinite(mark, facts)) throw infiniteMark(source, date, mark, dataset);
  if (known.origin === null || isSameColumn(known.origin, origin)) return { low, high };
  throw new PipelineError('SQL_SOURCE_CHANGED', 'The rows of this date were extracted by another watermark column.', {
    found: `${described(known.origin)} when ${date} was extracted`,
    expected: described(origin),
    where: { column: source.watermarkColumn, file: `${dataset}.yaml` },
    remedy: `Run ${date} with the version of the contract that it was extracted with. Its rows stay as they are until then.`,
  });
}

/**
 * Whether the mark of a committed date is one of this query and column. For a date without a recorded origin the source is
 * asked: the rows of the mark are still there, unless they were deleted or the column is another one.
 */
async function isOfSameOrigin(
  session: SqlSession,
  { source, facts, origin }: Watermark,
  before: WatermarkOrigin | null,
  low: string,
): Promise<boolean> {
  if (before !== null) return isSameColumn(before, origin) && before.queryHash === origin.queryHash;
  return (await session.isValue(low, facts.type)) && (await session.value(reaches(source, low))) === 'true';
}

function originChanged(
  { source, origin }: Watermark,
  { date, origin: before }: Extract,
  low: string,
  dataset: string,
): PipelineError {
  const found =
    before === null
      ? `${low}, which no row reaches; its column was not recorded`
      : `${low} of ${described(before)}${isSameColumn(before, origin) ? ', of another query' : ''}`;
  return new PipelineError('SQL_SOURCE_CHANGED', `The watermark of ${date} cannot be compared with this query.`, {
    found,
    expected: `a watermark of ${described(origin)}`,
    where: { column: source.watermarkColumn, file: `${dataset}.yaml` },
    remedy: `${afterChange(date, 'all')} With \`newer\`, only rows above ${low} are extracted.`,
  });
}

function infiniteMark(
  { watermarkColumn }: SqlSourceOptions,
  date: string,
  found: string | null,
  dataset: string,
): PipelineError {
  return new PipelineError('SQL_SOURCE_WATERMARK_INFINITE', `The watermark of ${date} is not a finite value.`, {
    found: String(found),
    expected: 'a finite value: no row is newer than this one',
    where: { column: watermarkColumn, file: `${dataset}.yaml` },
    remedy: afterChange(date, 'all'),
  });
}

function afterChange(date: string, rows: 'all' | 'newer'): string {
  return (
    `Set \`afterChange: {date: <a date after ${date}>, rows: ${rows}}\` in \`sqlSource\` and run that date: it extracts all ` +
    'rows, and documents that an earlier date has too are not shown twice.'
  );
}

function described({ column, type }: WatermarkOrigin): string {
  return `${column} (${type})`;
}
