import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import type { VectorIndex } from '../vectors/vectorIndex';

/**
 * Deletes the partition's points that the run has not confirmed: their row was changed or removed, or split by another
 * chunker, or was never in the table. Needs three counts and one deletion by filter for a partition of any size. `chunks`:
 * the number that the embedding of its parts counted. When another number is confirmed (a part is missing, or a later run
 * has confirmed them since), nothing is deleted: VECTORS_INCOMPLETE, not retryable. `beforeDeletion` is called when there
 * are stale points: it may take some of them out of the partition. Safe to repeat. Errors: VECTORS_*, and those of
 * `beforeDeletion`.
 */
export async function removeStalePoints(
  { vectors }: { vectors: Pick<VectorIndex, 'count' | 'remove'> },
  { dataset, date, runId }: RunKey,
  chunks: number,
  beforeDeletion?: () => Promise<unknown>,
): Promise<{ deleted: number }> {
  const partition = { dataset, date: { on: date } };
  const confirmed = await vectors.count({ ...partition, confirmed: { by: runId } });
  if (confirmed !== chunks) {
    throw new PipelineError('VECTORS_INCOMPLETE', 'Not all chunks of the run are in the index; nothing was deleted.', {
      found: `${confirmed} chunks`,
      expected: `${chunks} chunks embedded or already in the index`,
      where: { file: `${dataset}/${date}` },
      remedy: 'Run this dataset and date again.',
    });
  }
  const stale = { ...partition, confirmed: { notBy: runId } };
  if ((await vectors.count(stale)) === 0) return { deleted: 0 };
  await beforeDeletion?.();
  const deleted = await vectors.count(stale);
  if (deleted > 0) await vectors.remove(stale);
  return { deleted };
}
