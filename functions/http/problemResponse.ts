import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { describeProblem, PipelineError, toProblem } from '../../lib/problems/problem';

/** An error as RFC 9457 problem details; the code is stable, `type` is derived from it. */
function problemResponse(error: unknown): HttpResponseInit {
  const { code, message, retryable, ...rest } = toProblem(error);
  const status = error instanceof PipelineError ? error.status : 500;
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...(retryable ? { 'retry-after': '5' } : {}) },
    body: JSON.stringify({
      type: `urn:pipeline-x:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: message,
      status,
      code,
      ...rest,
    }),
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
