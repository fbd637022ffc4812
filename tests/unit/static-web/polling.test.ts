import { type Attention, poll } from '../../../static-web/src/polling';

/** A browser tab that the test hides and shows. */
function tab(): Attention & { setHidden(isHidden: boolean): void; listeners: Set<() => void> } {
  let isHidden = false;
  const listeners = new Set<() => void>();
  return {
    listeners,
    isHidden: () => isHidden,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setHidden(value) {
      isHidden = value;
      for (const listener of listeners) listener();
    },
  };
}

function start(load: (signal: AbortSignal) => Promise<number>) {
  const attention = tab();
  const shown: number[] = [];
  const failures: unknown[] = [];
  const polling = poll({
    load,
    show: (value) => shown.push(value),
    fail: (error) => failures.push(error),
    delayAfter: (value) => (value === undefined ? 5_000 : 1_000),
    attention,
  });
  return { attention, shown, failures, polling };
}

/** Loads that count up from 1. */
function counter(): () => Promise<number> {
  let count = 0;
  return () => Promise.resolve(++count);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('loads at once, then after each delay, until stopped', async () => {
  const { shown, polling, attention } = start(counter());
  await jest.advanceTimersByTimeAsync(0);
  expect(shown).toEqual([1]);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(shown).toEqual([1, 2, 3]);
  polling.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(shown).toEqual([1, 2, 3]);
  expect(attention.listeners.size).toBe(0);
  expect(jest.getTimerCount()).toBe(0);
});

it('loads nothing while hidden, and loads at once when visible again', async () => {
  const { shown, polling, attention } = start(counter());
  await jest.advanceTimersByTimeAsync(0);
  attention.setHidden(true);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(shown).toEqual([1]);
  attention.setHidden(false);
  await jest.advanceTimersByTimeAsync(0);
  expect(shown).toEqual([1, 2]);
  polling.stop();
});

it('continues after a failure, with the delay for failures', async () => {
  let isBroken = true;
  const { shown, failures, polling } = start(() => (isBroken ? Promise.reject(new Error('down')) : Promise.resolve(7)));
  await jest.advanceTimersByTimeAsync(4_000);
  expect(failures).toEqual([new Error('down')]);
  isBroken = false;
  await jest.advanceTimersByTimeAsync(1_000);
  expect(shown).toEqual([7]);
  polling.stop();
});

it('never runs two loads at once, and loads again when asked during a load', async () => {
  const finish: ((value: number) => void)[] = [];
  const { shown, polling } = start(() => new Promise((resolve) => finish.push(resolve)));
  await jest.advanceTimersByTimeAsync(0);
  polling.now();
  await jest.advanceTimersByTimeAsync(0);
  expect(finish).toHaveLength(1);
  finish[0]?.(1);
  await jest.advanceTimersByTimeAsync(0);
  expect(finish).toHaveLength(2);
  expect(shown).toEqual([1]);
  polling.stop();
});

it('aborts the running load when stopped, and shows neither its value nor its error', async () => {
  let signal: AbortSignal | undefined;
  let finish: ((value: number) => void) | undefined;
  const { shown, failures, polling } = start((given) => {
    signal = given;
    return new Promise((resolve) => (finish = resolve));
  });
  await jest.advanceTimersByTimeAsync(0);
  polling.stop();
  expect(signal?.aborted).toBe(true);
  finish?.(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect([shown, failures]).toEqual([[], []]);
  expect(jest.getTimerCount()).toBe(0);
});
