import type { HttpResponseInit } from '@azure/functions';
import { toProblem } from '../../lib/problems/problem';
import { PROBLEM_JSON, problemDetails } from '../../lib/problems/problemDetails';

/** An error as RFC 9457 problem details, with the id of its request. */
export function problemResponse(error: unknown, requestId: string): HttpResponseInit {
  const details = problemDetails(toProblem(error));
  return {
    status: details.status,
    headers: { 'content-type': PROBLEM_JSON, ...(details.retryable ? { 'retry-after': '5' } : {}) },
    body: JSON.stringify({ ...details, requestId }),
  };
}
