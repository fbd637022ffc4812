import { countDocuments, countPoints } from '../indexing/countPartition';
import type { LakeReader } from '../documents/document';
import type { Database } from '../database/database';
import { countPartition } from '../documents/documentQueries';
import type { VectorIndex } from '../vectors/vectorIndex';
import { countReturned } from './countReturned';
import { reconcile } from './reconcile';
import type { RunSummary } from '../runs/run';
import type { RunKey } from '../runs/runKey';

interface Stores {
  lake: LakeReader;
  database: Database;
  vectors: VectorIndex;
}

/**
 * Counts the partition again in the table's current version, in PostgreSQL and in Qdrant, and compares the counts with the
 * number of records that planning counted in the files. Documents that are not in the partition any more must be found in
 * Qdrant with the older partition that has them. Returns the run's summary. Throws RECONCILE_MISMATCH when the
 * counts do not agree.
 */
export async function reconcileRun(
  stores: Stores,
  key: RunKey,
  { source, ...run }: Pick<RunSummary, 'rejected' | 'dropped' | 'lakeVersion' | 'chunks'> & { source: number },
): Promise<RunSummary> {
  const [parts, rows, vectors, points, returned] = await Promise.all([
    stores.lake.parts(key.dataset, key.date),
    countPartition(stores.database, key),
    countDocuments(stores, key),
    countPoints(stores, key),
    countReturned(stores, key),
  ]);
  const lake = parts.reduce((sum, part) => sum + part.rows, 0);
  const { rejected, dropped = 0, chunks } = run;
  reconcile(
    {
      source,
      rejected,
      dropped,
      lake,
      sql: rows.rows,
      current: rows.current,
      vectors,
      points,
      chunks: chunks.embedded + chunks.reused,
      returned,
    },
    key,
  );
  const superseded = rows.rows - rows.current;
  const others = {
    ...(superseded > 0 ? { superseded } : {}),
    ...(returned.current > 0 ? { returned: returned.current } : {}),
  };
  return { ...run, rows: { source, lake, sql: rows.rows, vectors, ...others } };
}
