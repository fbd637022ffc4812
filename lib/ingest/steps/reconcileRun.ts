import { reconcileRun } from '../../reconcile/reconcileRun';
import type { RunSummary } from '../../runs/run';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

/** `source`: records that planning counted in the files. */
type ReconcileInput = RunKey & Pick<RunSummary, 'rejected' | 'dropped' | 'lakeVersion' | 'chunks'> & { source: number };

/** Counts the partition in every store and compares the counts. */
export const reconcileRunStep = defineStep({
  work: (dependencies, { source, rejected, dropped, lakeVersion, chunks, ...key }: ReconcileInput) =>
    reconcileRun(dependencies, key, { source, rejected, dropped, lakeVersion, chunks }),
  progress: { step: 'reconcile' },
});
