import { malformedParameter } from '../errors';
import type { JsonObject } from '../json/jsonValue';
import type { RouteRequest } from '../router';

/** The `wait` parameter: true when the caller waits until the change is applied. False when left out. */
export function readWait({ parameters }: RouteRequest): boolean {
  const wait = parameters.get('wait') ?? 'false';
  if (wait !== 'true' && wait !== 'false') {
    throw malformedParameter('provided string was not `true` or `false`');
  }
  return wait === 'true';
}

/**
 * The result of a change. This endpoint always applies the change before it answers. Without `wait` it still answers
 * "acknowledged", so that callers do not rely on more.
 */
export const updateResult = (operationId: number, isWaiting: boolean): JsonObject => ({
  operation_id: operationId,
  status: isWaiting ? 'completed' : 'acknowledged',
});
