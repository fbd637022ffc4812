import { malformedParameter } from '../errors';
import type { JsonObject } from '../json/jsonValue';
import type { RouteRequest } from '../router';

/** The `wait` parameter: whether the caller waits for the change to be applied. False when left out. */
export function readWait({ parameters }: RouteRequest): boolean {
  const wait = parameters.get('wait') ?? 'false';
  if (wait !== 'true' && wait !== 'false') {
    throw malformedParameter('provided string was not `true` or `false`');
  }
  return wait === 'true';
}

/**
 * The result of a change. Here it is always applied when it is answered; without `wait` it is still called
 * acknowledged, so that no caller comes to rely on more.
 */
export const updateResult = (operationId: number, isWaiting: boolean): JsonObject => ({
  operation_id: operationId,
  status: isWaiting ? 'completed' : 'acknowledged',
});
