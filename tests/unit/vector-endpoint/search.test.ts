import fc from 'fast-check';
import { DenseVectors, prepareDenseVector } from '../../../packages/vector-endpoint/collections/denseVectors';
import { prepareSparseVector, SparseVectors } from '../../../packages/vector-endpoint/collections/sparseVectors';
import { BestScores } from '../../../packages/vector-endpoint/query/scoredSlots';
import { fuse } from '../../../packages/vector-endpoint/query/fusion';

const compareScores =
  (isSmallerBetter: boolean) =>
  (left: { slot: number; score: number }, right: { slot: number; score: number }): number =>
    (isSmallerBetter ? left.score - right.score : right.score - left.score) || left.slot - right.slot;

describe('the best scores', () => {
  it('are the first of all scores, sorted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 })),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        (scores, limit, isSmallerBetter) => {
          const best = new BestScores(limit, isSmallerBetter);
          const all = scores.map((score, slot) => ({ slot, score }));
          all.forEach(({ slot, score }) => best.add(slot, score));
          expect(best.sorted()).toEqual([...all].sort(compareScores(isSmallerBetter)).slice(0, limit));
        },
      ),
    );
  });
});

describe('dense vectors', () => {
  it('are scored across blocks, without removed ones', () => {
    const vectors = new DenseVectors(5, 'Dot');
    const rows = 3000;
    for (let slot = 0; slot < rows; slot++) {
      vectors.set(slot, Float32Array.from([slot, 1, 2, 3, 4]));
    }
    vectors.remove(1024);
    vectors.remove(2999);
    const found = new Map<number, number>();
    vectors.score(
      Float32Array.from([1, 0, 0, 0, 1]),
      (slot) => slot % 2 === 0 || slot > 2990,
      () => -Infinity,
      (slot, score) => found.set(slot, score),
    );
    const expected = Array.from({ length: rows }, (_, slot) => slot).filter(
      (slot) => (slot % 2 === 0 || slot > 2990) && slot !== 1024 && slot !== 2999,
    );
    expect([...found]).toEqual(expected.map((slot) => [slot, slot + 4]));
    expect(vectors.count).toBe(rows - 2);
    expect(vectors.get(1024)).toBeUndefined();
    expect(vectors.get(1025)).toEqual(Float32Array.from([1025, 1, 2, 3, 4]));
  });

  it('have length 1 under Cosine, and preparing twice changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (values) => {
          const once = prepareDenseVector(values, 'Cosine');
          const length = Math.hypot(...once);
          const isZero = values.reduce((sum, value) => sum + value * value, 0) < 1.2e-7;
          expect(isZero || Math.abs(length - 1) < 1e-6).toBe(true);
          expect(prepareDenseVector(once, 'Cosine')).toEqual(once);
        },
      ),
    );
  });
});

describe('sparse vectors', () => {
  it('have the scores of a comparison of every pair, whatever was stored and removed before', () => {
    const vector = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }).map((indices) =>
      prepareSparseVector(
        indices,
        indices.map((index) => index + 0.5),
      ),
    );
    const change = fc.record({ slot: fc.integer({ min: 0, max: 9 }), vector: fc.option(vector) });
    fc.assert(
      fc.property(fc.array(change), vector, (changes, query) => {
        const stored = new SparseVectors();
        const expected = new Map<number, ReturnType<typeof prepareSparseVector>>();
        for (const { slot, vector: given } of changes) {
          stored.removeAll([slot]);
          expected.delete(slot);
          if (given !== null) {
            stored.set(slot, given);
            expected.set(slot, given);
          }
        }
        const scores = new Map<number, number>();
        stored.score(query, false, undefined, (slot, score) => scores.set(slot, score));
        const pairs = [...expected].flatMap(([slot, each]): [number, number][] => {
          const shared = [...query.indices].filter((index) => each.indices.includes(index));
          return shared.length === 0 ? [] : [[slot, shared.reduce((sum, index) => sum + (index + 0.5) ** 2, 0)]];
        });
        expect([...scores].sort(([left], [right]) => left - right)).toEqual(
          pairs.sort(([left], [right]) => left - right),
        );
        const indexed = [...expected.values()].filter((each) => each.indices.length > 0);
        const frequency = indexed.filter((each) => each.indices.includes(3)).length;
        expect(stored.inverseDocumentFrequency(3)).toBeCloseTo(
          Math.log((indexed.length - frequency + 0.5) / (frequency + 0.5) + 1),
          6,
        );
      }),
    );
  });
});

describe('fusion', () => {
  const list = (...slots: number[]) => slots.map((slot, position) => ({ slot, score: 10 - position }));

  it('by distribution gives one half to a list of one, and to a list of equals', () => {
    expect(fuse([list(1)], { kind: 'dbsf' })).toEqual([{ slot: 1, score: 0.5 }]);
    const equals = [
      { slot: 1, score: 3 },
      { slot: 2, score: 3 },
    ];
    expect(fuse([equals, []], { kind: 'dbsf' })).toEqual([
      { slot: 1, score: 0.5 },
      { slot: 2, score: 0.5 },
    ]);
  });

  it('by rank keeps the order of a single list', () => {
    expect(fuse([list(7, 3, 5)], { kind: 'rrf', k: 2, weights: undefined }).map(({ slot }) => slot)).toEqual([7, 3, 5]);
  });

  it('by rank gives nothing for a weight of 0', () => {
    expect(fuse([list(1), list(2)], { kind: 'rrf', k: 2, weights: [0, 1] })).toEqual([
      { slot: 2, score: 0.5 },
      { slot: 1, score: 0 },
    ]);
  });
});
