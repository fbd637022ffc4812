import { toProblem } from '../problems/problem';
import type { TaskCounts } from './run';
import type { RunKey, RunStep } from './runKey';
import type { RunStore } from './runStore';

/**
 * Does one task of a step and records when it started and ended, and what it counted or how it failed. Throws what the work
 * throws. `counts` picks what is shown of the result.
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
    // The work's error says more than an error of the record, which may well have the same cause.
    await runs.taskFinished(key.runId, step, task, { problem: toProblem(error) }).catch(() => undefined);
    throw error;
  }
  await runs.taskFinished(key.runId, step, task, { counts: counts(result) });
  return result;
}
