import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { PROBLEM_JSON, problemDetails } from '../../lib/problems/problemDetails';

/** An error as RFC 9457 problem details. */
export function problemResponse(error: unknown): HttpResponseInit {
  const details = problemDetails(toProblem(error));
  return {
    status: details.status,
    headers: { 'content-type': PROBLEM_JSON, ...(details.retryable ? { 'retry-after': '5' } : {}) },
    body: JSON.stringify(details),
  };
}

/** Wraps a door: what it throws becomes a problem response, and what is our fault is logged. */
export function answeringProblems<Rest extends unknown[]>(
  handler: (request: HttpRequest, ...rest: Rest) => Promise<HttpResponseInit>,
): (request: HttpRequest, ...rest: Rest) => Promise<HttpResponseInit> {
  return async (request, ...rest) => {
    try {
      return await handler(request, ...rest);
    } catch (error) {
      const response = problemResponse(error);
      const context = rest.at(-1) as InvocationContext;
      if ((response.status ?? 500) >= 500) context.error(describeProblem(toProblem(error)), error);
      return response;
    }
  };
}
