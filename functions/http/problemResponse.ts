import type { HttpResponseInit } from '@azure/functions';
import { publicProblem } from '../../lib/problems/publicProblem';
import { toProblem } from '../../lib/problems/problem';
import { PROBLEM_JSON, problemDetails } from '../../lib/problems/problemDetails';

/** An error as RFC 9457 problem details, with the id of its request. What is our fault is shown without its details. */
export function problemResponse(error: unknown, requestId: string): HttpResponseInit {
  const details = problemDetails(publicProblem(toProblem(error), true));
  return {
    status: details.status,
    headers: {
      'content-type': PROBLEM_JSON,
      ...(details.retryable ? { 'retry-after': '5' } : {}),
      ...(details.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify({ ...details, requestId }),
  };
}
