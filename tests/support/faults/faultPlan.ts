import { seededRandom } from '../../../bench/reliability/seededRandom';

/**
 * `unavailable`: 503, not carried out. `refused`: the connection ends before the request arrives. `lost`: carried out, and
 * the connection ends without an answer. `cut`: carried out, and the connection ends within the answer. `slow`: late.
 * `stale`: a list as it was when it was last asked for.
 */
export type Fault = 'unavailable' | 'refused' | 'lost' | 'cut' | 'slow' | 'stale';

/** Which request has which fault, from a seed. The proxies of one run share it. */
export interface FaultPlan {
  /** The fault of the next request; undefined for none. `isChange`: it may change a store. */
  next(possible: readonly Fault[], isChange: boolean): Fault | undefined;
  /** Begins again with this seed. */
  seed(seed: number): void;
  /** From here on, the process dies after so many changes: the last one is carried out, and no request is answered any more. */
  crashAfter(changes: number): void;
  /** True from the crash on. */
  isDead(): boolean;
  /** From here on without faults. */
  stop(): void;
  /** Faults so far, by proxy-independent kind. */
  counts: Partial<Record<Fault, number>>;
}

/** `share`: of the requests that have a fault, from 0 to 1. */
export function createFaultPlan(share: number): FaultPlan {
  let random: (() => number) | undefined;
  let changesLeft: number | undefined;
  const counts: FaultPlan['counts'] = {};
  return {
    counts,
    next(possible, isChange) {
      if (changesLeft === 0) return 'refused';
      if (changesLeft !== undefined && isChange) {
        changesLeft -= 1;
        return changesLeft === 0 ? 'lost' : undefined;
      }
      if (!random || random() >= share) return undefined;
      const fault = possible[Math.floor(random() * possible.length)];
      if (fault) counts[fault] = (counts[fault] ?? 0) + 1;
      return fault;
    },
    seed: (seed) => (random = seededRandom(seed)),
    crashAfter: (changes) => (changesLeft = changes),
    isDead: () => changesLeft === 0,
    stop: () => {
      random = undefined;
      changesLeft = undefined;
    },
  };
}
