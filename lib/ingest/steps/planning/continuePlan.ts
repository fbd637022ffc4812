import { continuePlan } from '../../../planning/planRun';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';
import { planningTask } from './planningTask';

/** When all files are converted: checks their headers against the contract and lists the blocks to scan. */
export const continuePlanStep = defineStep({
  work: ({ lakehouse }, key: RunKey) => continuePlan(lakehouse, key),
  progress: { step: 'plan', task: () => planningTask('continuePlan') },
  totals: ({ blocks, conversions }) => ({ plan: 3 + conversions + blocks }),
});
