import { encodeProblem } from '../../problems/codec';
import { describeProblem } from '../../problems/describeProblem';
import { PipelineError, toProblem } from '../../problems/problem';
import { shortenProblem } from '../../problems/shortenProblem';
import type { RunKey } from '../../runs/runKey';
import type { Outcome, StepLog } from '../step';

/**
 * The result of an activity. A permanent failure (a PipelineError that a retry cannot change) is returned. A failure that a
 * retry may change is thrown for the orchestrator's retry policy. Engines pass on only its text, so the text carries the
 * problem.
 */
export async function outcomeOf<Result>(
  step: string,
  { dataset, date }: RunKey,
  log: StepLog,
  work: () => Promise<Result>,
): Promise<Outcome<Result>> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    const problem = toProblem(error);
    log.warn(`${step} ${dataset} ${date}: ${describeProblem(problem)}`);
    if (error instanceof PipelineError && !problem.retryable) return { ok: false, problem: shortenProblem(problem) };
    throw new Error(encodeProblem(problem), { cause: error });
  }
}
