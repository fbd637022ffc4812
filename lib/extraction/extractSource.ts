import type { SqlSourceOptions } from '../contract/sqlSource';
import { PipelineError } from '../problems/problem';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { rawFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { contractToKeep, keepContract } from '../staging/runContract';
import { copyInterval, hasNullWatermark, highestWatermark, type WatermarkInterval } from './extractSql';
import type { ExtractStore } from './extractStore';
import type { SqlSession, SqlSource } from './sqlSource';

export interface ExtractDependencies {
  lakehouse: Lakehouse;
  extracts: ExtractStore;
  /** `setting`: name of the setting with the connection string. Throws SETTING_MISSING when it is not set. */
  connectSource: (setting: string) => SqlSource;
}

/**
 * Extracts the rows of a dataset's SQL source for one date into `raw/<dataset>/<date>/extract-00000.csv`, which is there
 * when it is whole; rows stream from the source to storage. A committed date extracts its interval of the watermark again;
 * any other date extracts the rows that are newer than the latest committed date. Without rows the file has only a header.
 * Does nothing when the dataset has no SQL source.
 *
 * Errors: SQL_SOURCE_DATE_PASSED when a later date is committed, because its rows must not be extracted again under an
 * earlier date; SQL_SOURCE_WATERMARK_NULL when a row has no watermark; SQL_SOURCE_REJECTED when the query is not one query;
 * the reason of `cancelled`.
 */
export async function extractSource(
  dependencies: ExtractDependencies,
  key: RunKey,
  cancelled?: AbortSignal,
): Promise<{ files: number; rows: number }> {
  const { lakehouse, extracts, connectSource } = dependencies;
  const contract = await contractToKeep(lakehouse, key);
  const { sqlSource } = contract.source;
  if (sqlSource === undefined) return { files: 0, rows: 0 };
  await keepContract(lakehouse, key, contract);
  const known = await knownInterval(extracts, key);
  const low = known === undefined ? await lowerBound(extracts, key) : known.low;
  const { store, containers } = lakehouse;
  const target = `${rawFolder(key.dataset, key.date)}extract-00000.csv`;
  const rows = await connectSource(sqlSource.connectionSetting).read(async (session) => {
    await session.check(sqlSource.query);
    await requireWatermarks(session, sqlSource, key);
    const interval = known ?? (await nextInterval(session, sqlSource, low));
    await extracts.begin(key, interval);
    return session.copy(copyInterval(contract, sqlSource, interval), (blocks) =>
      store.writeStream(containers.raw, target, blocks),
    );
  }, cancelled);
  return { files: 1, rows };
}

/** The interval of a committed date, or of this run when it is retried. */
async function knownInterval(extracts: ExtractStore, key: RunKey): Promise<WatermarkInterval | undefined> {
  const known = await extracts.find(key.dataset, key.date);
  return known !== undefined && (known.isCommitted || known.runId === key.runId) ? known : undefined;
}

async function lowerBound(extracts: ExtractStore, { dataset, date }: RunKey): Promise<string | null> {
  const latest = await extracts.latestCommitted(dataset);
  if (latest === undefined || latest.date < date) return latest?.high ?? null;
  throw new PipelineError('SQL_SOURCE_DATE_PASSED', 'A later date of this dataset is committed.', {
    found: `${date}, which was never committed`,
    expected: `a date after ${latest.date}, or one that was committed`,
    where: { field: 'date' },
    remedy: `Run ${latest.date} or a later date: it extracts all new rows.`,
  });
}

async function nextInterval(
  session: SqlSession,
  source: SqlSourceOptions,
  low: string | null,
): Promise<WatermarkInterval> {
  const highest = await session.value(highestWatermark(source, low));
  return { low, high: highest ?? low };
}

async function requireWatermarks(session: SqlSession, source: SqlSourceOptions, { dataset }: RunKey): Promise<void> {
  if ((await session.value(hasNullWatermark(source))) !== 'true') return;
  throw new PipelineError('SQL_SOURCE_WATERMARK_NULL', 'A row of the SQL source has no watermark.', {
    found: 'null',
    expected: `a value in every row: a row without a value does not belong to any date`,
    where: { column: source.watermarkColumn, file: `${dataset}.yaml` },
    remedy: 'Fill the column, or exclude such rows in the query of the contract.',
  });
}
