import type { OlderVersions } from '../documents/olderVersions';
import type { RunKey } from '../runs/runKey';
import { withoutPoints } from './withoutPoints';
import { embedDocuments, type EmbedDependencies } from './embedDocuments';

/** Documents whose older versions are returned together: each batch reads the older partitions once. */
const DOCUMENTS_PER_BATCH = 50_000;

/**
 * Brings the versions of older partitions back into the index for the documents that the run has removed from its partition,
 * before their stale points are deleted: SQL then shows the older row, so a search must find it. A stale point with the same
 * content is moved to the older date; what else the index lacks is embedded. Returns the number of rows that were returned.
 *
 * Does not need the run's removal in SQL, which happens at the same time: rows of the run's own date do not count. Safe to
 * repeat. Memory: the ids of one batch, and that of `embedDocuments`. Errors: DATABASE_*, LAKE_*, VECTORS_*, EMBEDDING_*, or
 * the reason of `cancelled`.
 */
export async function returnOlderVersions(
  dependencies: EmbedDependencies & { older: OlderVersions },
  run: RunKey,
  cancelled: AbortSignal,
): Promise<number> {
  const { older } = dependencies;
  if (!(await older.exist(run))) return 0;
  let returned = 0;
  let batch = new Map<string, string>();
  const finish = async (): Promise<void> => {
    returned += await embedByDate(dependencies, run, batch, cancelled);
    batch = new Map();
  };
  for await (const docIds of removedDocuments(dependencies, run)) {
    cancelled?.throwIfAborted();
    const dates = await older.datesOf(run, docIds);
    for (const docId of await confirmedDocuments(dependencies, run, [...dates.keys()])) dates.delete(docId);
    for (const [docId, date] of dates) batch.set(docId, date);
    if (batch.size >= DOCUMENTS_PER_BATCH) await finish();
  }
  await finish();
  return returned;
}

/**
 * The same for documents that earlier runs of the partition removed: a run that failed has deleted the stale points that named
 * them, and a run of another date at the same time may have removed their older versions. Those that the index has are left
 * out. Returns the number of rows that were returned. Safe to repeat. Memory and errors as above.
 */
export async function returnLostVersions(
  dependencies: EmbedDependencies & { older: OlderVersions },
  run: RunKey,
  cancelled: AbortSignal,
): Promise<number> {
  let returned = 0;
  for await (const documents of dependencies.older.removed(run)) {
    cancelled.throwIfAborted();
    const lost = await withoutPoints(dependencies, run.dataset, documents);
    returned += await embedByDate(dependencies, run, new Map(lost.map(({ docId, date }) => [docId, date])), cancelled);
  }
  return returned;
}

/** Documents with stale points, in pages. A document has exactly one first chunk for each of its versions. */
async function* removedDocuments(
  { vectors }: EmbedDependencies,
  { dataset, date, runId }: RunKey,
): AsyncGenerator<string[]> {
  const stale = { dataset, date: { on: date }, chunkNumber: 0, confirmed: { notBy: runId } };
  for await (const points of vectors.points(stale)) yield [...new Set(points.map(({ docId }) => docId))];
}

/** Those of the documents that the run has in its partition: only their content has changed. */
async function confirmedDocuments(
  { vectors }: EmbedDependencies,
  { dataset, date, runId }: RunKey,
  docIds: string[],
): Promise<string[]> {
  if (docIds.length === 0) return [];
  const confirmed: string[] = [];
  const filter = { dataset, date: { on: date }, chunkNumber: 0, confirmed: { by: runId }, docIds };
  for await (const points of vectors.points(filter)) confirmed.push(...points.map(({ docId }) => docId));
  return confirmed;
}

async function embedByDate(
  { older, ...dependencies }: EmbedDependencies & { older: OlderVersions },
  { dataset, date: removedFrom, runId }: RunKey,
  dates: ReadonlyMap<string, string>,
  cancelled: AbortSignal,
): Promise<number> {
  const docIdsByDate = new Map<string, Set<string>>();
  for (const [docId, date] of dates) {
    const docIds = docIdsByDate.get(date);
    if (docIds) docIds.add(docId);
    else docIdsByDate.set(date, new Set([docId]));
  }
  let returned = 0;
  for (const [date, docIds] of docIdsByDate) {
    const rows = older.rows({ dataset, date }, docIds, cancelled);
    const { documents } = await embedDocuments(
      dependencies,
      rows,
      { dataset, date, runId },
      { cancelled, removedFrom },
    );
    returned += documents;
  }
  return returned;
}
