import type { Embedder } from '../../../lib/embedding/embedder';
import { keepRecentVectors } from '../../../lib/embedding/recentVectors';

interface Recorded {
  embedder: Embedder;
  calls: string[][];
}

/** A text's vector is its length. */
function recorded(embed?: (texts: string[]) => Promise<Float32Array[]>): Recorded {
  const calls: string[][] = [];
  const embedder: Embedder = {
    id: 'lengths',
    dimensions: 1,
    fusion: { lexical: 1, dense: 0 },
    embed: (texts) => {
      calls.push(texts);
      return embed?.(texts) ?? Promise.resolve(texts.map(({ length }) => Float32Array.of(length)));
    },
    close: () => Promise.resolve(),
  };
  return { embedder, calls };
}

const valuesOf = (vectors: Float32Array[]): number[] => vectors.map(([value]) => value ?? Number.NaN);

test('texts that were embedded before are not embedded again, and the order is that of the texts', async () => {
  const { embedder, calls } = recorded();
  const recent = keepRecentVectors(embedder);
  expect(valuesOf(await recent.embed(['a', 'bb', 'a']))).toEqual([1, 2, 1]);
  expect(valuesOf(await recent.embed(['ccc', 'bb', 'a']))).toEqual([3, 2, 1]);
  expect(valuesOf(await recent.embed(['a']))).toEqual([1]);
  expect(valuesOf(await recent.embed([]))).toEqual([]);
  expect(calls).toEqual([['a', 'bb'], ['ccc']]);
});

test('two calls at the same time embed a text once', async () => {
  const { embedder, calls } = recorded();
  const recent = keepRecentVectors(embedder);
  const [one, other] = await Promise.all([recent.embed(['a', 'bb']), recent.embed(['bb', 'ccc'])]);
  expect([valuesOf(one), valuesOf(other)]).toEqual([
    [1, 2],
    [2, 3],
  ]);
  expect(calls).toEqual([['a', 'bb'], ['ccc']]);
});

test('a failure reaches every caller that waits, and is not kept', async () => {
  let fails = true;
  const { embedder } = recorded((texts) =>
    fails ? Promise.reject(new Error('no model')) : Promise.resolve(texts.map(() => Float32Array.of(7))),
  );
  const recent = keepRecentVectors(embedder);
  const results = await Promise.allSettled([recent.embed(['a', 'b']), recent.embed(['a'])]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(valuesOf(await recent.embed(['a', 'b']))).toEqual([7, 7]);
});

test('the longest unused texts go when the limit is reached, and a call larger than the limit is answered', async () => {
  const { embedder, calls } = recorded();
  // A text of one character counts 6 bytes.
  const recent = keepRecentVectors(embedder, 18);
  await recent.embed(['a', 'b', 'c']);
  await recent.embed(['a', 'd']);
  await recent.embed(['a', 'c', 'd']);
  await recent.embed(['b']);
  expect(calls).toEqual([['a', 'b', 'c'], ['d'], ['b']]);
  expect(valuesOf(await recent.embed(['v', 'w', 'x', 'y', 'a long text that is never kept']))).toEqual([
    1, 1, 1, 1, 30,
  ]);
});
