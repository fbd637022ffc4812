import { problemOf, StepFailure, type StepFlow } from './callStep';
import type { Outcome } from './steps';

/** Runs a sub-orchestration's work: a permanent failure becomes its answer, anything else is thrown on. */
export function* answering<Result>(work: () => StepFlow<Result>): StepFlow<Outcome<Result>> {
  try {
    return { ok: true, result: yield* work() };
  } catch (error) {
    if (error instanceof StepFailure) return { ok: false, problem: problemOf(error) };
    throw error;
  }
}
