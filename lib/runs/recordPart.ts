import { toProblem } from '../problems/problem';
import type { PartCounts } from './run';
import type { RunKey, RunStep } from './runKey';
import type { RunStore } from './runStore';

/**
 * Does one part of a step and keeps the record of it: begun, ended, what it counted or how it failed. The work's error
 * passes through. `counts` picks what is shown of the result.
 */
export async function recordPart<Result>(
  runs: RunStore,
  key: RunKey,
  { step, part }: { step: RunStep; part: number },
  work: () => Promise<Result>,
  counts: (result: Result) => PartCounts = () => ({}),
): Promise<Result> {
  await runs.partStarted(key.runId, step, part);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    // The work's error tells more than one of the record's, which may well have the same cause.
    await runs.partFinished(key.runId, step, part, { problem: toProblem(error) }).catch(() => undefined);
    throw error;
  }
  await runs.partFinished(key.runId, step, part, { counts: counts(result) });
  return result;
}
