import type { VectorIndex } from '../vectors/vectorIndex';
import { CHUNKER_VERSION } from '../language/chunkText';
import type { PartitionKey } from './embedDocuments';

/** Ids or document ids in one request. */
const ITEMS_PER_REQUEST = 500;

/**
 * Deletes what a partition's new rows have replaced: its points whose row was changed or removed, or was cut by another
 * chunker, and the older partitions' points of its documents. `keys` is the whole partition as committed (docId to
 * contentHash). To be called when all of its parts are in; as a second guard, points of a document whose replacement
 * isn't in the index are left alone. Repeating it deletes nothing more. Errors: VECTORS_*.
 */
export async function deleteStalePoints(
  { vectors }: { vectors: VectorIndex },
  { dataset, date, keys }: PartitionKey & { keys: Map<string, string> },
): Promise<{ deleted: number }> {
  const present = new Set<string>();
  const removed: string[] = [];
  const replaced: { id: string; docId: string }[] = [];
  for await (const page of vectors.points({ dataset, date: { on: date } })) {
    for (const { id, docId, contentHash, chunker } of page) {
      const key = keys.get(docId);
      if (key === undefined) removed.push(id);
      else if (key === contentHash && chunker === CHUNKER_VERSION) present.add(docId);
      else replaced.push({ id, docId });
    }
  }
  const stale = [...removed, ...replaced.filter(({ docId }) => present.has(docId)).map(({ id }) => id)];
  for (const docIds of inGroups([...present])) {
    for await (const page of vectors.points({ dataset, docIds, date: { before: date } })) {
      stale.push(...page.map(({ id }) => id));
    }
  }
  for (const ids of inGroups(stale)) await vectors.remove(ids);
  return { deleted: stale.length };
}

function* inGroups<Item>(items: Item[]): Iterable<Item[]> {
  for (let start = 0; start < items.length; start += ITEMS_PER_REQUEST) {
    yield items.slice(start, start + ITEMS_PER_REQUEST);
  }
}
