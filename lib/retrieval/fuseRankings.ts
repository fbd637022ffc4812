import type { FusionWeights } from '../embedding/embedder';
import type { RankedChunk, RankedChunks } from '../vectors/vectorIndex';

/**
 * Makes one ranking from two: scales the scores of each list to 0 (its last) ... 1 (its first) and adds them by weight. A
 * chunk that is not in a list gets 0 for it. This is separate from the index because the weights belong to the embedder:
 * with a weak one, fusing by ranks alone loses more than it gains.
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
  // The id breaks ties, so that the same question has the same answer.
  return [...fused.values()].sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}
