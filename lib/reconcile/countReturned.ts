import type { Database } from '../database/database';
import { removedButCurrent } from '../documents/removedButCurrent';
import { withoutPoints } from '../indexing/withoutPoints';
import type { VectorIndex } from '../vectors/vectorIndex';
import type { ReturnedCounts } from './reconcile';

/** Dates that a problem names. */
const MOST_DATES = 5;

/**
 * Looks up in Qdrant the documents that runs removed from the partition and that PostgreSQL now has as current with an older
 * date. Errors: DATABASE_*, VECTORS_*.
 */
export async function countReturned(
  { database, vectors }: { database: Pick<Database, 'query'>; vectors: Pick<VectorIndex, 'points'> },
  partition: { dataset: string; date: string },
): Promise<ReturnedCounts> {
  const counts = { current: 0, vectors: 0 };
  const missingDates = new Set<string>();
  for await (const documents of removedButCurrent(database, partition)) {
    const missing = await withoutPoints({ vectors }, partition.dataset, documents);
    counts.current += documents.length;
    counts.vectors += documents.length - missing.length;
    for (const { date } of missing) if (missingDates.size < MOST_DATES) missingDates.add(date);
  }
  return { ...counts, missingDates: [...missingDates].sort() };
}
