import { RetryOptions } from 'durable-functions';

const FIRST_INTERVAL_IN_MILLISECONDS = 2000;
const ATTEMPTS = 5;

/**
 * For errors that go away with time: a throttled service, a lost connection, a restarting server. Waits 2, 4, 8, 16 s.
 * There is no overall time-out: when it expires, the engine and the SDK number their timers differently and the
 * orchestration hangs.
 */
export function transientRetry(): RetryOptions {
  const options = new RetryOptions(FIRST_INTERVAL_IN_MILLISECONDS, ATTEMPTS);
  options.backoffCoefficient = 2;
  return options;
}
