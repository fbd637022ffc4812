import type { HttpRequest, InvocationContext } from '@azure/functions';

/** The caller's `x-request-id` when it is safe in a log and in a header; otherwise the id of the invocation. */
export function requestIdOf(request: HttpRequest, context: InvocationContext): string {
  const given = request.headers.get('x-request-id') ?? '';
  return /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : context.invocationId;
}
