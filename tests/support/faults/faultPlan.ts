import { seededRandom } from '../../../bench/reliability/seededRandom';

/**
 * `unavailable`: 503, not carried out. `refused`: the connection ends before the request arrives. `lost`: carried out, and
 * the connection ends without an answer. `cut`: carried out, and the connection ends within the answer. `slow`: late.
 * `stale`: a list as it was when it was last asked for.
 */
export type Fault = 'unavailable' | 'refused' | 'lost' | 'cut' | 'slow' | 'stale';

/** Which request has which fault, from a seed. The proxies of one run share it. */
export interface FaultPlan {
  /** The fault of the next request; undefined for none. */
  next(possible: readonly Fault[]): Fault | undefined;
  /** Begins again with this seed. */
  seed(seed: number): void;
  /** From here on without faults. */
  stop(): void;
  /** Faults so far, by proxy-independent kind. */
  counts: Partial<Record<Fault, number>>;
}

/** `share`: of the requests that have a fault, from 0 to 1. */
export function createFaultPlan(share: number): FaultPlan {
  let random: (() => number) | undefined;
  const counts: FaultPlan['counts'] = {};
  return {
    counts,
    next(possible) {
      if (!random || random() >= share) return undefined;
      const fault = possible[Math.floor(random() * possible.length)];
      if (fault) counts[fault] = (counts[fault] ?? 0) + 1;
      return fault;
    },
    seed: (seed) => (random = seededRandom(seed)),
    stop: () => (random = undefined),
  };
}
