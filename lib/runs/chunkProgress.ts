import type { ChunkProgress } from './run';

/**
 * How many chunks of how many are in the index. The number of chunks is known when all documents are split; until then it is
 * estimated from the documents that are. `documents`: of the run, undefined when that is not known.
 */
export function chunkProgress({
  done,
  found,
  split,
  documents,
  seconds,
}: {
  done: number;
  found: number;
  split: number;
  documents: number | undefined;
  seconds: number;
}): ChunkProgress {
  const isEstimate = documents === undefined || split < documents;
  const total = totalOf(found, split, documents);
  const perSecond = done > 0 && seconds > 0 ? done / seconds : null;
  const left = total === null ? null : total - done;
  return {
    done,
    total,
    isEstimate,
    perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
    secondsLeft: left === null || left <= 0 || perSecond === null ? null : Math.round(left / perSecond),
  };
}

function totalOf(found: number, split: number, documents: number | undefined): number | null {
  if (split === 0 || documents === undefined) return documents === 0 ? 0 : null;
  return split >= documents ? found : Math.max(found, Math.round((found / split) * documents));
}
