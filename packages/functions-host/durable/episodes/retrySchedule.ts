import type { RetryOptions } from './actions';

const sixDaysInMilliseconds = 6 * 24 * 60 * 60 * 1000;

/**
 * What follows the failure number `attempt` (1 = the first), as DurableTask.Core's retry interceptor decides it.
 * - `again`: wait until `fireAt` (epoch milliseconds), then try again.
 * - `lastTimer`: give up, but only after one more timer (kept by Core for old histories; the SDK counts on its id).
 * - `giveUp`: the retry timeout has passed; no timer is made.
 * `now` and `firstAttemptAt` are epoch milliseconds of the episodes concerned.
 */
export function afterFailure(
  options: RetryOptions,
  attempt: number,
  now: number,
  firstAttemptAt: number,
): { kind: 'again' | 'lastTimer'; fireAt: number } | { kind: 'giveUp' } {
  if (attempt >= options.maxNumberOfAttempts) return { kind: 'lastTimer', fireAt: now };
  const timeout = options.retryTimeoutInMilliseconds;
  if (timeout && now >= firstAttemptAt + timeout) return { kind: 'giveUp' };
  const delay = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (attempt - 1);
  return {
    kind: 'again',
    fireAt: now + Math.min(delay, options.maxRetryIntervalInMilliseconds ?? sixDaysInMilliseconds),
  };
}
