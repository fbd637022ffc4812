import type { Problem } from '../../problems/problem';
import type { RunSummary } from '../../runs/run';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

type ConcludeInput = RunKey & { problem: Problem | null; summary: RunSummary | null };

/** Closes the run record, with the run's counts or its problem. */
export const concludeRunStep = defineStep({
  work: async ({ runs }, { runId, problem, summary }: ConcludeInput) => {
    if (problem) await runs.conclude(runId, { problem });
    else if (summary) await runs.conclude(runId, { summary });
    return {};
  },
});
