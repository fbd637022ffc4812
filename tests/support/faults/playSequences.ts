import { createFaultPlan, type FaultPlan } from './faultPlan';
import { startFaultyPlatform } from './faultyPlatform';
import { noTotals, RunSequence, type Totals } from './runSequence';

const SHARE_OF_FAULTS = 0.03;

/** Seeds of `FAULT_SEEDS` (default 30), from `FAULT_FIRST_SEED` on, in two parts for two processes of the test run. */
const SEEDS = Number(process.env.FAULT_SEEDS ?? 30);
const FIRST_SEED = Number(process.env.FAULT_FIRST_SEED ?? 1);
/** Fewer are not split: each part must be long enough to have met every kind of fault. */
const FURTHER = SEEDS >= 60 ? Math.floor(SEEDS / 2) : 0;

export const FIRST_PART = { first: FIRST_SEED, count: SEEDS - FURTHER };
export const SECOND_PART = { first: FIRST_SEED + FIRST_PART.count, count: FURTHER };

export interface Played {
  found: object[];
  faults: FaultPlan['counts'];
  totals: Totals;
}

/** Plays the sequences of these seeds, one after another, on a platform of their own. */
export async function playSequences({ first, count }: { first: number; count: number }): Promise<Played> {
  const plan = createFaultPlan(SHARE_OF_FAULTS);
  const platform = await startFaultyPlatform(plan);
  const totals = noTotals();
  const found: object[] = [];
  try {
    for (let seed = first; seed < first + count; seed++) {
      found.push(...(await new RunSequence(seed, `notes-${seed}`, platform, plan, totals).play()));
    }
  } finally {
    await platform.stop();
    console.log(JSON.stringify({ seeds: count, firstSeed: first, ...totals, faults: plan.counts }));
  }
  return { found, faults: plan.counts, totals };
}

/** More than a sequence of runs takes on a busy machine. */
export function timeoutOf({ count }: { count: number }): number {
  return 60_000 + count * 10_000;
}
