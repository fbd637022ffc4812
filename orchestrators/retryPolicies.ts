import { RetryOptions } from 'durable-functions';

const FIRST_INTERVAL_IN_MILLISECONDS = 2000;
const ATTEMPTS = 5;

/**
 * For what waiting can mend: a throttled service, a lost connection, a restarting server. Waits 2, 4, 8, 16 s. No overall
 * time-out: when one expires the engine and the SDK number their timers differently, and the orchestration hangs.
 */
export function transientRetry(): RetryOptions {
  const options = new RetryOptions(FIRST_INTERVAL_IN_MILLISECONDS, ATTEMPTS);
  options.backoffCoefficient = 2;
  return options;
}
