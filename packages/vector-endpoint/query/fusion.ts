import type { ScoredSlot } from './scoredSlots';

/** How the results of several prefetches are combined into one list. */
export type Fusion = { kind: 'rrf'; k: number; weights: readonly number[] | undefined } | { kind: 'dbsf' };

export const defaultRankConstant = 2;

/**
 * Sums scores by point. Sums are rounded to 32 bits at each step, as in Qdrant. Points with equal sums keep the order of
 * their first occurrence; Qdrant does not define their order.
 */
function sumBySlot(lists: readonly (readonly ScoredSlot[])[]): ScoredSlot[] {
  const sums = new Map<number, number>();
  for (const { slot, score } of lists.flat()) {
    const sum = sums.get(slot);
    sums.set(slot, sum === undefined ? Math.fround(score) : Math.fround(sum + score));
  }
  return [...sums].map(([slot, score]) => ({ slot, score })).sort((left, right) => right.score - left.score);
}

/** Reciprocal rank fusion: 1 / (rank / weight + k - 1) for ranks counted from 1; a weight of 0 has no effect. */
function reciprocalRanks(list: readonly ScoredSlot[], k: number, weight: number): ScoredSlot[] {
  return list.map(({ slot }, position) => ({
    slot,
    score: weight <= 0 ? 0 : Math.fround(1 / (Math.fround((position + 1) / Math.fround(weight)) + k - 1)),
  }));
}

/** Distribution-based: three standard deviations below and above the mean become 0 and 1. */
function normalizeByDistribution(list: readonly ScoredSlot[]): ScoredSlot[] {
  if (list.length < 2) {
    return list.map(({ slot }) => ({ slot, score: 0.5 }));
  }
  // One pass in 32 bits, as Qdrant computes it.
  let mean = 0;
  let aggregate = 0;
  list.forEach(({ score }, index) => {
    const before = Math.fround(score - mean);
    mean = Math.fround(mean + Math.fround(before / (index + 1)));
    aggregate = Math.fround(aggregate + Math.fround(before * Math.fround(score - mean)));
  });
  const deviation = Math.fround(Math.sqrt(Math.fround(aggregate / (list.length - 1))));
  const least = Math.fround(mean - Math.fround(3 * deviation));
  const most = Math.fround(mean + Math.fround(3 * deviation));
  return list.map(({ slot, score }) => ({
    slot,
    score: least === most ? 0.5 : Math.fround(Math.fround(score - least) / Math.fround(most - least)),
  }));
}

/** The fused list, best first. There must be as many `weights` as lists. */
export function fuse(lists: readonly (readonly ScoredSlot[])[], fusion: Fusion): ScoredSlot[] {
  if (fusion.kind === 'dbsf') {
    return sumBySlot(lists.map(normalizeByDistribution));
  }
  return sumBySlot(lists.map((list, index) => reciprocalRanks(list, fusion.k, fusion.weights?.[index] ?? 1)));
}
