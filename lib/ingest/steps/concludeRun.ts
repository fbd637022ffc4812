import { clearRowKeys } from '../../documents/removeStaleDocuments';
import type { Problem } from '../../problems/problem';
import type { RunSummary } from '../../runs/run';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

type ConcludeInput = RunKey & { problem: Problem | null; summary: RunSummary | null };

/** Closes the run record, with the run's counts or its problem, and clears what is stored only during the run. */
export const concludeRunStep = defineStep({
  work: async ({ runs, database }, { problem, summary, ...key }: ConcludeInput) => {
    if (problem) await runs.conclude(key.runId, { problem });
    else if (summary) await runs.conclude(key.runId, { summary });
    await clearRowKeys(database, key);
    return {};
  },
});
