import type { RunKey } from '../../runs/runKey';
import { discardRun } from '../../staging/discardRun';
import { defineStep } from '../step';

/** Removes the run's staging, and its parts unless a commit names them. */
export const discardRunStep = defineStep({
  endsRun: true,
  work: async ({ lakehouse }, key: RunKey) => {
    await discardRun(lakehouse, key);
    return {};
  },
});
