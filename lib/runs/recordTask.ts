import { toProblem } from '../problems/problem';
import type { TaskCounts } from './run';
import type { RunKey, RunStep } from './runKey';
import type { RunStore } from './runStore';

/**
 * Does one task of a step and records its start, its end, and its counts or its failure. Throws the errors of `work`.
 * `counts` selects the counts from the result.
 */
export async function recordTask<Result>(
  runs: RunStore,
  key: RunKey,
  { step, task }: { step: RunStep; task: number },
  work: () => Promise<Result>,
  counts: (result: Result) => TaskCounts = () => ({}),
): Promise<Result> {
  await runs.taskStarted(key.runId, step, task);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    // The error of the work is more useful than an error of the record, which may have the same cause.
    await runs.taskFinished(key.runId, step, task, { problem: toProblem(error) }).catch(() => undefined);
    throw error;
  }
  await runs.taskFinished(key.runId, step, task, { counts: counts(result) });
  return result;
}
