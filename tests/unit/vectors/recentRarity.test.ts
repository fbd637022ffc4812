import { setTimeout as pause } from 'node:timers/promises';
import { keepRecentRarity } from '../../../lib/vectors/recentRarity';

/** A term's rarity is its id, times a factor that the test changes. */
function recorded() {
  const calls: number[][] = [];
  const state = { factor: 1 };
  const rarityOf = (ids: number[]): Promise<Map<number, number>> => {
    calls.push(ids);
    return Promise.resolve(new Map(ids.map((id) => [id, id * state.factor])));
  };
  return { vectors: { rarityOf }, calls, state };
}

test('only terms that were not asked recently are looked up', async () => {
  const { vectors, calls } = recorded();
  const recent = keepRecentRarity(vectors);
  expect(await recent.rarityOf([1, 2])).toEqual(
    new Map([
      [1, 1],
      [2, 2],
    ]),
  );
  expect(await recent.rarityOf([2, 3])).toEqual(
    new Map([
      [2, 2],
      [3, 3],
    ]),
  );
  expect(await recent.rarityOf([3, 1])).toEqual(
    new Map([
      [3, 3],
      [1, 1],
    ]),
  );
  expect(calls).toEqual([[1, 2], [3]]);
});

test('after its time a rarity is looked up again', async () => {
  const { vectors, state } = recorded();
  const recent = keepRecentRarity(vectors, 20);
  await recent.rarityOf([5]);
  state.factor = 2;
  await pause(60);
  expect(await recent.rarityOf([5])).toEqual(new Map([[5, 10]]));
});
