import { clearRemovedDocuments, clearRowKeys } from '../../documents/removeStaleDocuments';
import type { Problem } from '../../problems/problem';
import type { RunSummary } from '../../runs/run';
import { runEvent } from '../../runs/runEvent';
import type { RunKey } from '../../runs/runKey';
import { discardRun } from '../../staging/discardRun';
import { defineStep } from '../step';
import { traceRun } from '../traceRun';

/** `startedAt`: of the orchestration, in milliseconds since 1970 UTC; absent for a run that an earlier version began. */
type ConcludeInput = RunKey & { problem: Problem | null; summary: RunSummary | null; startedAt?: number };

/** Closes the run record, with the run's counts or its problem, and clears what is stored only during the run. */
export const concludeRunStep = defineStep({
  endsRun: true,
  work: async ({ runs, database, lakehouse }, { problem, summary, startedAt, ...key }: ConcludeInput, log) => {
    // A run that somebody cancelled is not a fault.
    if (problem && problem.code !== 'RUN_CANCELLED') log.warn(runEvent('Failed', key, { code: problem.code }));
    if (summary) log.info?.(runEvent('Completed', key));
    const outcome = problem ? { problem } : summary ? { summary } : undefined;
    const isFirst = outcome !== undefined && (await runs.conclude(key.runId, outcome));
    try {
      await clearRowKeys(database, key);
      if (summary) await clearRemovedDocuments(database, key);
      // A run that failed after its commit keeps its staging, to be looked at. Nobody looks at a cancelled one.
      if (problem?.code === 'RUN_CANCELLED') await discardRun(lakehouse, key);
    } finally {
      if (isFirst) traceRun(key, { startedAt, problem, summary });
    }
    return {};
  },
});
