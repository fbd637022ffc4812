import { readRetryPolicy } from '../../../packages/functions-host/timers/retryPolicy';

const seconds = (value: number) => ({ seconds: value });

test('a fixed delay is the same before each retry', () => {
  const policy = readRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: 3, delayInterval: seconds(5) });
  expect(policy?.most).toBe(3);
  expect([1, 2, 3].map((retry) => policy?.waitBefore(retry))).toEqual([5000, 5000, 5000]);
});

test('an exponential wait doubles from the minimum to the maximum', () => {
  const policy = readRetryPolicy({
    retryStrategy: 'exponentialBackoff',
    maxRetryCount: 5,
    minimumInterval: seconds(2),
    maximumInterval: seconds(10),
  });
  expect([1, 2, 3, 4, 5].map((retry) => policy?.waitBefore(retry))).toEqual([2000, 4000, 8000, 10_000, 10_000]);
});

test('-1 means without end, and no options mean no policy', () => {
  expect(readRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: -1 })?.most).toBe(Infinity);
  expect(readRetryPolicy(undefined)).toBeUndefined();
});

test('an unknown strategy is refused by name', () => {
  expect(() => readRetryPolicy({ retryStrategy: 'linear' })).toThrow('The retry strategy "linear" does not exist.');
});
