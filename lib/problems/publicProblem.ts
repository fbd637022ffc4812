import { codeEntry } from './codes';
import type { Problem } from './problem';

const DEFAULT_REMEDY = 'The log of the app has the details.';

/**
 * The problem as callers of the API may see it. Of a problem whose text may quote a service behind the API (and with it a key,
 * an address or data), only the code, its title and what to do are left. `isAnswer`: as the answer of a request, where this
 * holds for every fault of ours (status 500 and above).
 */
export function publicProblem(problem: Problem, isAnswer = false): Problem {
  const { title, status, retryable, quotesService } = codeEntry(problem.code);
  if (quotesService || (isAnswer && status >= 500)) {
    return { code: problem.code, message: title, remedy: problem.remedy ?? DEFAULT_REMEDY, retryable };
  }
  const { faults } = problem;
  return faults === undefined ? problem : { ...problem, faults: faults.map((fault) => publicProblem(fault, isAnswer)) };
}
