import fc from 'fast-check';
import { DenseVectors } from '../../../packages/vector-endpoint/collections/denseVectors';
import type { PointId } from '../../../packages/vector-endpoint/collections/pointId';
import { ByteArena } from '../../../packages/vector-endpoint/memory/byteArena';
import { IdTable } from '../../../packages/vector-endpoint/memory/idTable';

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
});

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
        vectors.score(Float32Array.from(query), undefined, (slot, score) => (scores[slot - firstSlot] = score));
        scores.forEach((score, index) => expect(Math.abs(score - (expected[index] ?? NaN))).toBeLessThan(1e-4));
        // So many others that whole blocks are multiplied.
        for (let slot = 0; slot < 2048; slot++) {
          if (!vectors.has(slot)) vectors.set(slot, new Float32Array(query.length));
        }
        const again: number[] = [];
        vectors.score(Float32Array.from(query), undefined, (slot, score) => (again[slot] = score));
        expect(again.slice(firstSlot, firstSlot + rows.length)).toEqual(scores);
        vectors.release();
      }),
      { numRuns: 60 },
    );
  });
});
