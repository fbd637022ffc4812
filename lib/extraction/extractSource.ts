import type { SqlSourceOptions } from '../contract/sqlSource';
import { PipelineError } from '../problems/problem';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { rawFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { contractToKeep, keepContract } from '../staging/runContract';
import { copyInterval, watermarkFacts, type WatermarkFacts } from './extractSql';
import type { Extract, ExtractStore } from './extractStore';
import { nextInterval, sameInterval } from './nextInterval';
import type { SqlSession, SqlSource } from './sqlSource';
import { isFinite, originOf } from './watermarkOrigin';

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
 * earlier date; SQL_SOURCE_WATERMARK_NULL and SQL_SOURCE_WATERMARK_INFINITE when a row has no watermark or one that is not
 * finite; SQL_SOURCE_CHANGED when the watermark of the committed date is of another query or column; SQL_SOURCE_REJECTED
 * when the query is not one query; the reason of `cancelled`.
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
  const known = await knownExtract(extracts, key);
  const latest = known === undefined ? await latestBefore(extracts, key) : undefined;
  const { store, containers } = lakehouse;
  const target = `${rawFolder(key.dataset, key.date)}extract-00000.csv`;
  const rows = await connectSource(sqlSource.connectionSetting).read(async (session) => {
    await session.check(sqlSource.query);
    const facts = await readFacts(session, sqlSource);
    requireWatermarks(sqlSource, facts, key);
    const origin = originOf(sqlSource, facts);
    const watermark = { source: sqlSource, facts, origin };
    const interval =
      known === undefined ? await nextInterval(session, watermark, latest, key) : sameInterval(watermark, known, key);
    await extracts.begin(key, interval, origin);
    return session.copy(copyInterval(contract, sqlSource, interval), (blocks) =>
      store.writeStream(containers.raw, target, blocks),
    );
  }, cancelled);
  return { files: 1, rows };
}

/** The extract of a committed date, or of this run when it is retried. */
async function knownExtract(extracts: ExtractStore, key: RunKey): Promise<Extract | undefined> {
  const known = await extracts.find(key.dataset, key.date);
  return known !== undefined && (known.isCommitted || known.runId === key.runId) ? known : undefined;
}

async function latestBefore(extracts: ExtractStore, { dataset, date }: RunKey): Promise<Extract | undefined> {
  const latest = await extracts.latestCommitted(dataset);
  if (latest === undefined || latest.date < date) return latest;
  throw new PipelineError('SQL_SOURCE_DATE_PASSED', 'A later date of this dataset is committed.', {
    found: `${date}, which was never committed`,
    expected: `a date after ${latest.date}, or one that was committed`,
    where: { field: 'date' },
    remedy: `Run ${latest.date} or a later date: it extracts all new rows.`,
  });
}

async function readFacts(session: SqlSession, source: SqlSourceOptions): Promise<WatermarkFacts> {
  return JSON.parse((await session.value(watermarkFacts(source))) ?? 'null') as WatermarkFacts;
}

/** A row without a watermark, or with `-infinity`, does not belong to any date; after `infinity` or `NaN` no row is newer. */
function requireWatermarks(source: SqlSourceOptions, facts: WatermarkFacts, { dataset }: RunKey): void {
  const where = { column: source.watermarkColumn, file: `${dataset}.yaml` };
  if (facts.hasNull) {
    throw new PipelineError('SQL_SOURCE_WATERMARK_NULL', 'A row of the SQL source has no watermark.', {
      found: 'null',
      expected: `a value in every row: a row without a value does not belong to any date`,
      where,
      remedy: 'Fill the column, or exclude such rows in the query of the contract.',
    });
  }
  const found = [facts.largest, facts.smallest].find((mark) => !isFinite(mark, facts));
  if (found === undefined || found === null) return;
  throw new PipelineError(
    'SQL_SOURCE_WATERMARK_INFINITE',
    'A row of the SQL source has a watermark that is not finite.',
    {
      found,
      expected:
        'a finite value in every row: after such a value no row is newer, and new rows would never be extracted',
      where,
      remedy: `Give these rows a finite value, or exclude them in the query of the contract: where ${source.watermarkColumn} <> '${found}'.`,
    },
  );
}
