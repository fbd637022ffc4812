import type { RunKey } from '../../runs/runKey';
import { commitRun } from '../commitRun';
import { defineStep } from '../step';

/** Makes the run's parts the partition of the table, atomically. */
export const commitRunStep = defineStep({
  work: async ({ lakehouse, extracts }, key: RunKey) => {
    const { version, rows, rejected, dropped, parts } = await commitRun(lakehouse, key);
    // The next date of a SQL source starts where this one ended.
    await extracts.commit(key);
    return { version, rows, rejected, dropped, parts };
  },
  progress: { step: 'commit', counts: ({ rows }) => ({ rows }) },
  // One more for the removal of what the partition no longer has.
  totals: ({ parts }) => ({ metadata: parts + 1, embed: parts + 1 }),
});
