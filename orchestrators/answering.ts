import type { Outcome } from '../lib/ingest/step';
import { problemOf, StepFailure, type StepFlow } from './callStep';

/**
 * Runs the work of a sub-orchestration. A permanent failure becomes its result. Any other error is thrown again as a
 * problem, without the text that the engine put around it.
 */
export function* answering<Result>(work: () => StepFlow<Result>): StepFlow<Outcome<Result>> {
  try {
    return { ok: true, result: yield* work() };
  } catch (error) {
    const failure = new StepFailure(problemOf(error));
    if (error instanceof StepFailure) return { ok: false, problem: failure.problem };
    throw failure;
  }
}
