import type { VectorIndex } from '../vectors/vectorIndex';
import type { RunKey } from '../runs/runKey';

type PartitionKey = Pick<RunKey, 'dataset' | 'date'>;

/** Documents of a partition in the index: each has exactly one first chunk. Error: VECTORS_UNAVAILABLE. */
export function countDocuments(
  { vectors }: { vectors: VectorIndex },
  { dataset, date }: PartitionKey,
): Promise<number> {
  return vectors.count({ dataset, date: { on: date }, chunkNumber: 0 });
}

/** All points of a partition. Error: VECTORS_UNAVAILABLE. */
export function countPoints({ vectors }: { vectors: VectorIndex }, { dataset, date }: PartitionKey): Promise<number> {
  return vectors.count({ dataset, date: { on: date } });
}
