import fc from 'fast-check';
import { seededRandom } from '../../../bench/reliability/seededRandom';
import { DenseVectors, prepareDenseVector } from '../../../packages/vector-endpoint/collections/denseVectors';
import type { PointId } from '../../../packages/vector-endpoint/collections/pointId';
import { ByteArena } from '../../../packages/vector-endpoint/memory/byteArena';
import { IdTable } from '../../../packages/vector-endpoint/memory/idTable';
import { RoundedRows } from '../../../packages/vector-endpoint/memory/roundedRows';
import { allocateBlock, releaseBlock } from '../../../packages/vector-endpoint/memory/vectorMemory';
import { Sections } from '../../../packages/vector-endpoint/snapshot/sections';
import { BestScores } from '../../../packages/vector-endpoint/query/scoredSlots';

describe('a table of ids', () => {
  const id: fc.Arbitrary<PointId> = fc.oneof(
    fc.nat(50),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    fc.uuid(),
    fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  );

  it('has the slots of a map, whatever was added and removed before', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id, isAdded: fc.boolean() }), { maxLength: 300 }), (changes) => {
        const table = new IdTable();
        const expected = new Map<PointId, number>();
        changes.forEach(({ id: changed, isAdded }, slot) => {
          const existing = expected.get(changed);
          if (isAdded && existing === undefined) {
            table.add(slot, changed);
            expected.set(changed, slot);
          } else if (!isAdded && existing !== undefined) {
            table.remove(existing);
            expected.delete(changed);
          }
        });
        expect(table.size).toBe(expected.size);
        for (const { id: changed } of changes) {
          expect(table.slotOf(changed)).toBe(expected.get(changed));
        }
        expect([...table.slots()].map((slot) => table.idAt(slot)).sort()).toEqual([...expected.keys()].sort());
      }),
    );
  });

  it('has the same slots after it was restored, and goes on', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 200 }), fc.nat(199), (ids, border) => {
        const saved = new IdTable();
        ids.slice(0, border).forEach((each, slot) => saved.add(slot, each));
        if (border > 3 && ids.length > 3) saved.remove(2);
        const restored = new IdTable();
        restored.makeRoom(saved.slotCount);
        // As blocks come: in any order.
        const middle = saved.slotCount >> 1;
        restored.restore(middle, saved.kindsOf(middle, saved.slotCount), saved.wordsOf(middle, saved.slotCount));
        restored.restore(0, saved.kindsOf(0, middle), saved.wordsOf(0, middle));
        expect(restored.size).toBe(saved.size);
        ids.slice(border).forEach((each, index) => {
          saved.add(saved.slotCount + index, each);
          restored.add(restored.slotCount + index, each);
        });
        expect(ids.map((each) => restored.slotOf(each))).toEqual(ids.map((each) => saved.slotOf(each)));
        expect(restored.size).toBe(saved.size);
      }),
    );
  });

  it('orders integers by value before UUIDs by text', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id), (ids) => {
        const table = new IdTable();
        ids.forEach((each, slot) => table.add(slot, each));
        const numbers = ids.filter((each) => typeof each === 'number').sort((left, right) => left - right);
        const texts = ids.filter((each) => typeof each === 'string').sort();
        const slots = [...table.slots()].sort((left, right) => table.compare(left, right));
        expect(slots.map((slot) => table.idAt(slot))).toEqual([...numbers, ...texts]);
      }),
    );
  });
});

describe('packed bytes', () => {
  it('are what was stored last, also after gaps were closed', () => {
    const arena = new ByteArena();
    const expected = new Map<number, number>();
    // Entries of 1 MB in 8 slots: 60 MB of gaps, which is packed several times.
    for (let round = 0; round < 60; round++) {
      const slot = (round * 5) % 8;
      arena.set(slot, Buffer.alloc(1_000_003, round));
      expected.set(slot, round);
    }
    arena.remove(3);
    expected.delete(3);
    arena.set(9, Buffer.alloc(0));
    for (let slot = 0; slot < 9; slot++) {
      const value = expected.get(slot);
      expect(arena.get(slot)?.equals(Buffer.alloc(1_000_003, value))).toBe(value === undefined ? undefined : true);
    }
    expect(arena.get(9)).toHaveLength(0);
    expect(arena.get(10)).toBeUndefined();
  });

  it('of a snapshot are read once, when one of them is needed', () => {
    const entries = ['first', '', 'a third entry'];
    const written = new ByteArena();
    entries.forEach((entry, index) => written.set(index * 2, Buffer.from(entry)));
    const read = jest.fn(() => written.entriesOf(0, 3));
    const other = jest.fn(() => written.entriesOf(3, 5));
    const arena = new ByteArena();
    arena.set(0, Buffer.from('before'));
    arena.adopt([read, other], 10, written.lengthsOf(0, 5), 3);
    arena.set(20, Buffer.from('after'));
    expect([arena.has(10), arena.has(11), arena.lengthAt(14)]).toEqual([true, false, 13]);
    arena.remove(12);
    expect(read).not.toHaveBeenCalled();
    expect([14, 14].map((slot) => arena.textAt(slot))).toEqual(['a third entry', 'a third entry']);
    expect([read.mock.calls.length, other.mock.calls.length]).toEqual([0, 1]);
    expect([10, 11, 12].map((slot) => arena.textAt(slot))).toEqual(['first', undefined, undefined]);
    expect([arena.textAt(0), arena.textAt(20)]).toEqual(['before', 'after']);
    expect(read).toHaveBeenCalledTimes(1);
  });
});

/** Every score is of interest. */
const all = (): number => -Infinity;

describe('dot products', () => {
  it('are those of the numbers for every dimension, for single rows as for whole blocks', () => {
    const values = (dimension: number) =>
      fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimension, maxLength: dimension });
    const example = fc
      .integer({ min: 1, max: 80 })
      .chain((dimension) => fc.tuple(values(dimension), fc.array(values(dimension), { minLength: 1, maxLength: 5 })));
    fc.assert(
      fc.property(example, fc.nat(1100), ([query, rows], firstSlot) => {
        const vectors = new DenseVectors(query.length, 'Dot');
        rows.forEach((row, index) => vectors.set(firstSlot + index, Float32Array.from(row)));
        const expected = rows.map((row) => row.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0));
        const scores: number[] = [];
        vectors.score(Float32Array.from(query), undefined, all, (slot, score) => (scores[slot - firstSlot] = score));
        scores.forEach((score, index) => expect(Math.abs(score - (expected[index] ?? NaN))).toBeLessThan(1e-4));
        // So many others that whole blocks are multiplied.
        for (let slot = 0; slot < 2048; slot++) {
          if (!vectors.has(slot)) vectors.set(slot, new Float32Array(query.length));
        }
        const again: number[] = [];
        vectors.score(Float32Array.from(query), undefined, all, (slot, score) => (again[slot] = score));
        expect(again.slice(firstSlot, firstSlot + rows.length)).toEqual(scores);
        vectors.release();
      }),
      { numRuns: 60 },
    );
  });
});

describe('rows rounded to 8 bits', () => {
  /** Numbers of very different sizes, and such that 8 bits are exact for. */
  const number = fc.oneof(
    { weight: 8, arbitrary: fc.float({ min: -1, max: 1, noNaN: true }) },
    { weight: 2, arbitrary: fc.integer({ min: -127, max: 127 }).map((value) => value / 127) },
    { weight: 1, arbitrary: fc.float({ noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  const scale = fc.constantFrom(1, 1, 1, 0, 1e-44, 1e-20, 1e3, 1e15, 1e30, Infinity);
  const vectorOf = (dimension: number): fc.Arbitrary<Float32Array> =>
    fc
      .tuple(fc.array(number, { minLength: dimension, maxLength: dimension }), scale)
      // Zero times infinity would not be a number, which the endpoint refuses.
      .map(([values, factor]) => Float32Array.from(values, (value) => (value === 0 ? 0 : value * factor)));
  const example = fc
    .constantFrom(64, 65, 100, 128, 512)
    .chain((dimension) =>
      fc.tuple(vectorOf(dimension), fc.array(vectorOf(dimension), { minLength: 1, maxLength: 12 })),
    );

  function boundsOf(query: Float32Array, rows: readonly Float32Array[]): Float64Array {
    const stride = Math.ceil(query.length / 4) * 4;
    const rounded = new RoundedRows(query.length, stride, 16);
    const block = allocateBlock(16 * stride * 4 + rounded.bytesOfBlock);
    rounded.makeRoom(16);
    rows.forEach((row, slot) => {
      block.floats.set(row, slot * stride);
      rounded.set(block, slot, 1);
    });
    const roundedQuery = rounded.round(query);
    block.writeRoundedQuery(roundedQuery.numbers);
    const bounds = rounded.upperBounds(block, 0, roundedQuery).slice();
    releaseBlock(block);
    return bounds;
  }

  it('never have an upper bound below the product of 32-bit floats', () => {
    fc.assert(
      fc.property(example, ([query, rows]) => {
        const vectors = new DenseVectors(query.length, 'Dot');
        rows.forEach((row, index) => vectors.set(index, row));
        const bounds = boundsOf(query, rows);
        vectors.score(query, undefined, all, (slot, score) =>
          // NaN, of infinities, is below nothing.
          expect((bounds[slot] ?? -Infinity) < score).toBe(false),
        );
        vectors.release();
      }),
      { numRuns: 200 },
    );
  });

  it('are the nearest integers, when the largest number of the row becomes 127', () => {
    const row = fc
      .constantFrom(64, 68, 100, 128, 260)
      .chain((dimension) =>
        fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: dimension, maxLength: dimension }),
      );
    fc.assert(
      fc.property(row, fc.nat(3), (values, firstRow) => {
        fc.pre(values.some((value) => Math.abs(value) > 1e-20));
        const stride = values.length;
        const bytesOfRow = Math.ceil(stride / 64) * 64;
        const block = allocateBlock(8 * (stride * 4 + bytesOfRow));
        const bytes = 8 * stride * 4;
        [0, 1].forEach((next) => block.floats.set(values, (firstRow + next) * stride));
        const largest = Math.max(...values.map(Math.abs));
        expect([...block.roundRows(firstRow, 2, stride, bytes)]).toEqual([largest, largest]);
        const { buffer, byteOffset } = block.floats;
        const factor = Math.fround(127 / largest);
        for (const next of [0, 1]) {
          const rounded = new Int8Array(buffer, byteOffset + bytes + next * bytesOfRow, stride);
          values.forEach((value, column) => {
            expect(Math.abs(rounded[column]! - Math.fround(value * factor))).toBeLessThanOrEqual(0.5);
          });
        }
        releaseBlock(block);
      }),
      { numRuns: 60 },
    );
  });

  it('are the same after they were saved and restored', () => {
    const random = seededRandom(3);
    const vectors = new DenseVectors(68, 'Dot');
    for (let slot = 0; slot < 1500; slot++) {
      vectors.set(
        slot,
        Float32Array.from({ length: 68 }, () => random() - 0.5),
      );
    }
    vectors.remove(1100);
    const restored = new DenseVectors(68, 'Dot');
    restored.makeRoom(1500);
    for (const [block, rowCount] of [1024, 476].entries()) {
      const saved = Sections.empty();
      vectors.save(saved, 'name', block * 1024, block * 1024 + rowCount);
      restored.bytesOfBlock(block, rowCount).set(vectors.bytesOfBlock(block, rowCount));
      restored.roundedBytesOfBlock(block, rowCount)?.set(vectors.roundedBytesOfBlock(block, rowCount) ?? []);
      const { bytes, list } = saved.pack();
      const sections = Sections.unpack(bytes, list, new Map());
      expect(sections.has('scales name')).toBe(true);
      restored.restore(sections, 'name', block * 1024, block * 1024 + rowCount);
    }
    const bestOf = (searched: DenseVectors) => {
      const best = new BestScores(20, false);
      const query = vectors.get(7) ?? new Float32Array(0);
      searched.score(query, undefined, () => best.worst ?? -Infinity, best.add);
      return best.sorted();
    };
    expect(restored.count).toBe(1499);
    expect(bestOf(restored)).toEqual(bestOf(vectors));
    vectors.release();
    restored.release();
  });

  it('bound the product closely for vectors of length 1', () => {
    const random = seededRandom(7);
    const row = prepareDenseVector(
      Array.from({ length: 512 }, () => random() - 0.5),
      'Cosine',
    );
    const [bound = NaN] = boundsOf(row, [row]);
    expect(bound).toBeGreaterThan(1 - 1e-6);
    expect(bound).toBeLessThan(1.01);
  });

  it.each([
    ['without a filter', undefined],
    ['with a filter that half of them pass', (slot: number) => slot % 2 === 0],
    ['with a filter that few pass', (slot: number) => slot % 50 === 0],
  ])('find the same best slots with the same scores as all products, %s', (_what, isCandidate) => {
    const random = seededRandom(11);
    const dimension = 96;
    const numbers = (size: number): Float32Array =>
      Float32Array.from({ length: dimension }, () => (random() - 0.5) * size);
    for (const distance of ['Cosine', 'Dot'] as const) {
      const vectors = new DenseVectors(dimension, distance);
      const query = prepareDenseVector(numbers(1), distance);
      for (let slot = 0; slot < 5000; slot++) {
        // Some are equal, and many nearly so: their order depends on the last bit.
        const near = query.map((value) => value + (random() - 0.5) * 1e-7);
        const given = slot % 7 === 0 ? query : slot % 3 === 0 ? near : numbers(1);
        vectors.set(slot, prepareDenseVector(given, distance));
      }
      for (let slot = 0; slot < 5000; slot += 11) vectors.remove(slot);
      for (const limit of [1, 10, 100, 4000]) {
        const every = new BestScores(limit, false);
        vectors.score(query, isCandidate, all, every.add);
        const best = new BestScores(limit, false);
        vectors.score(query, isCandidate, () => best.worst ?? -Infinity, best.add);
        expect(best.sorted()).toEqual(every.sorted());
      }
      vectors.release();
    }
  });
});
