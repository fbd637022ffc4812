import { describeRun } from '../runs/describeRun';
import type { RunCancellation } from '../runs/cancellationStore';
import { hasEnded } from '../runs/run';
import { PipelineError, toProblem } from '../problems/problem';
import { discardRun } from '../staging/discardRun';
import { cancelledError } from './perform/cancelledRun';
import type { IngestDependencies } from './dependencies';
import type { Orchestration } from './orchestration';
import { runNotFound } from './runNotFound';
import { traceRun } from './traceRun';

/** What was asked. `runId` is null for a run that had not begun, and so has no record. */
export type AcceptedCancellation = { runId: string | null } & RunCancellation;

/**
 * Asks a run to end. Its steps look for the request: before they begin, and those that take long also while they work, in
 * this process or another. The run then ends as after any failure, and clears what it has staged. The first request counts;
 * the same call again is accepted. RUN_NOT_FOUND (404); RUN_ALREADY_ENDED (409).
 */
export async function cancelRun(
  dependencies: Pick<IngestDependencies, 'runs' | 'cancellations' | 'lakehouse'>,
  orchestration: Orchestration,
  instanceId: string,
  by: Pick<RunCancellation, 'cancelledBy' | 'reason'>,
): Promise<AcceptedCancellation> {
  const { runs, cancellations } = dependencies;
  const [state, records] = await Promise.all([orchestration.state(instanceId), runs.latest([instanceId])]);
  const record = records.get(instanceId);
  if (!state && !record) throw runNotFound(instanceId);
  const { runId, status } = describeRun(instanceId, state, record, new Date());
  if (hasEnded(status)) {
    throw new PipelineError('RUN_ALREADY_ENDED', 'The run has already ended.', {
      found: `a run that is ${status}`,
      expected: 'a run that has not ended',
      remedy: `See how it ended at /api/runs/${instanceId}. To undo a committed run, restore the table's version before it.`,
    });
  }
  if (runId === null) {
    // No step has begun, so there is nothing to stop or to clear.
    await orchestration.terminate(instanceId, `cancelled by ${by.cancelledBy}: ${by.reason}`);
    return { runId, ...by, cancelledAt: new Date().toISOString() };
  }
  const counted = await cancellations.request(runId, by);
  if (!state) {
    // The engine does not know it any more, so no step will look for the request.
    const key = { runId, dataset: record?.dataset ?? '', date: record?.date ?? '' };
    await discardRun(dependencies.lakehouse, key);
    const problem = toProblem(await cancelledError(dependencies.lakehouse, key, counted));
    if (await runs.conclude(runId, { problem })) traceRun(key, { startedAt: record?.startedAt.getTime(), problem });
    return { runId, ...counted };
  }
  if (state.status === 'Suspended') await orchestration.resume(instanceId, 'cancelled');
  // A run that waits at its gate, or is about to, must look for the request.
  await orchestration.wake(instanceId, runId);
  return { runId, ...counted };
}
