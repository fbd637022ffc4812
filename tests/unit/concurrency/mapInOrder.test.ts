import { mapAll, mapInOrder } from '../../../lib/concurrency/mapInOrder';

/** Work whose items end when the test ends them. */
function controlled() {
  const started: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const work = (item: number): Promise<number> => {
    started.push(item);
    return new Promise((resolve, reject) => ends.set(item, { resolve: () => resolve(item * 10), reject }));
  };
  return { started, ends, work };
}

/** Runs everything that waits only for promises. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* asynchronous(): AsyncGenerator<number> {
  yield* [1, 2, 3, 4];
}

it.each([
  ['a list', () => [1, 2, 3, 4]],
  ['a stream', asynchronous],
])('processes %s, at most two items at a time, and keeps their order', async (_name, items) => {
  const { started, ends, work } = controlled();
  const results = mapAll(items(), 2, work);
  await turn();
  expect(started).toEqual([1, 2]);
  ends.get(2)?.resolve();
  await turn();
  expect(started).toEqual([1, 2]);
  ends.get(1)?.resolve();
  await turn();
  expect(started).toEqual([1, 2, 3, 4]);
  ends.get(3)?.resolve();
  ends.get(4)?.resolve();
  expect(await results).toEqual([10, 20, 30, 40]);
});

it('throws a failure after all running items have ended', async () => {
  const { started, ends, work } = controlled();
  let failure: unknown;
  const results = mapAll([1, 2, 3], 2, work).catch((error: unknown) => (failure = error));
  await turn();
  ends.get(1)?.reject(new Error('broken'));
  await turn();
  expect(failure).toBeUndefined();
  ends.get(2)?.resolve();
  await results;
  expect(failure).toEqual(new Error('broken'));
  expect(started).toEqual([1, 2]);
});

it('waits for running items when its caller stops early', async () => {
  const { started, ends, work } = controlled();
  let hasStopped = false;
  const first = (async () => {
    for await (const { item } of mapInOrder([1, 2, 3], 2, work)) {
      expect(item).toBe(1);
      break;
    }
    hasStopped = true;
  })();
  await turn();
  ends.get(1)?.resolve();
  await turn();
  expect([started, hasStopped]).toEqual([[1, 2], false]);
  ends.get(2)?.resolve();
  await first;
  expect(hasStopped).toBe(true);
});
