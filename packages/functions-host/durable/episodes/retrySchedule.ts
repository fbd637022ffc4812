import type { RetryOptions } from './actions';

const sixDaysInMilliseconds = 6 * 24 * 60 * 60 * 1000;

/**
 * What happens after failure number `attempt` (1 = the first), according to DurableTask.Core's retry interceptor.
 * - `again`: wait until `fireAt` (epoch milliseconds), then try again.
 * - `lastTimer`: fail after one more timer (Core keeps it for old histories; the SDK counts its id).
 * - `fail`: the retry timeout has passed; fail without a timer.
 * `now` and `firstAttemptAt` are the times of the two episodes, in epoch milliseconds.
 */
export function afterFailure(
  options: RetryOptions,
  attempt: number,
  now: number,
  firstAttemptAt: number,
): { kind: 'again' | 'lastTimer'; fireAt: number } | { kind: 'fail' } {
  if (attempt >= options.maxNumberOfAttempts) return { kind: 'lastTimer', fireAt: now };
  const timeout = options.retryTimeoutInMilliseconds;
  if (timeout && now >= firstAttemptAt + timeout) return { kind: 'fail' };
  const delay = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (attempt - 1);
  return {
    kind: 'again',
    fireAt: now + Math.min(delay, options.maxRetryIntervalInMilliseconds ?? sixDaysInMilliseconds),
  };
}
