import { contractVersionOf } from '../../../lakehouse/contractVersions';
import { beginPlan } from '../../../planning/planRun';
import type { RunKey } from '../../../runs/runKey';
import { contractOfRun } from '../../../staging/runContract';
import { defineStep } from '../../step';
import { planningTask } from './planningTask';

/** Checks the files' headers against the contract. Plans a small run completely; for a large one it lists the work to do. */
export const planRunStep = defineStep({
  work: async ({ lakehouse, runs }, key: RunKey) => {
    const progress = await beginPlan(lakehouse, key, (ignored) => runs.ignored(key.runId, ignored));
    const contract = await contractOfRun(lakehouse, key);
    const version = contractVersionOf(contract);
    if (version !== undefined) {
      await runs.contract(key.runId, { ...version, limitsAccess: contract.roles.access !== undefined });
    }
    return progress;
  },
  progress: { step: 'plan', task: () => planningTask('planRun') },
  totals: (progress) => {
    if (progress.next === 'transform') return { transform: progress.ranges };
    // The number of blocks is known when all files are converted.
    return { plan: 2 + (progress.next === 'scan' ? progress.blocks : progress.conversions) };
  },
});
