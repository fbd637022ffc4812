/** A function's own retry policy. */
export interface RetryPolicy {
  /** Retries after the first attempt; Infinity for `maxRetryCount: -1`. */
  most: number;
  /** Milliseconds before a retry, which count from 1. */
  waitBefore: (retry: number) => number;
}

interface Duration {
  seconds?: number | string;
}

/** As the library passes it on; it has already refused times that are no times. */
interface RetryOptions {
  maxRetryCount?: number;
  retryStrategy?: string;
  delayInterval?: Duration;
  minimumInterval?: Duration;
  maximumInterval?: Duration;
}

/**
 * Reads the policy of `retryOptions`; undefined when there is none. Exponential waits double from the minimum to the maximum;
 * Azure varies them a little, this host does not. Throws an Error for a strategy that does not exist.
 */
export function readRetryPolicy(retryOptions: unknown): RetryPolicy | undefined {
  if (retryOptions === undefined || retryOptions === null) return undefined;
  const {
    maxRetryCount = 0,
    retryStrategy,
    delayInterval,
    minimumInterval,
    maximumInterval,
  } = retryOptions as RetryOptions;
  const most = maxRetryCount === -1 ? Infinity : maxRetryCount;
  switch (retryStrategy) {
    case 'fixedDelay':
      return { most, waitBefore: () => milliseconds(delayInterval) };
    case 'exponentialBackoff': {
      const [least, longest] = [milliseconds(minimumInterval), milliseconds(maximumInterval)];
      return { most, waitBefore: (retry) => Math.min(longest, least * 2 ** (retry - 1)) };
    }
    default:
      throw new Error(
        `The retry strategy ${JSON.stringify(retryStrategy)} does not exist. Use "fixedDelay" or "exponentialBackoff".`,
      );
  }
}

function milliseconds(duration: Duration | undefined): number {
  return Number(duration?.seconds ?? 0) * 1000;
}
