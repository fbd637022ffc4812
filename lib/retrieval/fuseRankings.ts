import type { FusionWeights } from '../embedding/embedder';
import type { RankedChunk, RankedChunks } from '../vectors/vectorIndex';

/**
 * One ranking from two: each list's scores are brought to 0 (its last) ... 1 (its first) and added by weight; absence
 * from a list counts 0. Kept apart from the index because the weights belong to the embedder: with a weak one, fusing by
 * ranks alone loses more than it gains.
 */
export function fuseRankings({ lexical, dense }: RankedChunks, weights: FusionWeights): RankedChunk[] {
  const fused = new Map<string, RankedChunk>();
  for (const [list, weight] of [
    [lexical, weights.lexical],
    [dense, weights.dense],
  ] as const) {
    const scores = list.map(({ score }) => score);
    const lowest = Math.min(...scores);
    const spread = Math.max(...scores) - lowest;
    for (const chunk of list) {
      const share = weight * (spread === 0 ? 1 : (chunk.score - lowest) / spread);
      const known = fused.get(chunk.id);
      fused.set(chunk.id, { ...chunk, score: (known?.score ?? 0) + share });
    }
  }
  // The id settles ties, so that the same question has the same answer.
  return [...fused.values()].sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}
