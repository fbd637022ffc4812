import { describeProblem } from '../../problems/describeProblem';
import { toProblem } from '../../problems/problem';
import type { RunKey } from '../../runs/runKey';
import type { IngestDependencies } from '../dependencies';
import type { Outcome, StepLog } from '../step';

/**
 * Performs one attempt at a step and records what it used, also when it fails: it is paid all the same. The orchestrator does
 * not repeat a step that has a result, so nothing is recorded twice. An attempt whose process dies leaves no record. The
 * record is worth less than the step: when it cannot be written, the log says so and the outcome stays.
 */
export async function recordUsage<Result>(
  { meter, usages }: Pick<IngestDependencies, 'meter' | 'usages'>,
  step: string,
  input: RunKey & { task?: number },
  log: StepLog,
  work: () => Promise<Outcome<Result>>,
): Promise<Outcome<Result>> {
  const scope = meter.begin();
  let hasSucceeded = false;
  try {
    const outcome = await scope.within(work);
    hasSucceeded = outcome.ok;
    return outcome;
  } finally {
    const usage = scope.end();
    const attempt = { runId: input.runId, step, task: input.task ?? null, hasSucceeded };
    await usages
      .recordStep(attempt, usage)
      .catch((error: unknown) =>
        log.warn(`The usage of ${step} was not recorded: ${describeProblem(toProblem(error))}`),
      );
  }
}
