import type { HttpResponseInit } from '@azure/functions';
import { PipelineError, toProblem } from '../../lib/problems/problem';

/** An error as RFC 9457 problem details; the code is stable, `type` is derived from it. */
export function problemResponse(error: unknown, requestId: string): HttpResponseInit {
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
      requestId,
    }),
  };
}
