import fc from 'fast-check';
import { joinRanges, withoutRange } from '../../../lib/storage/joinRanges';
import type { ByteRange } from '../../../lib/storage/objectStore';

const ranges = (...pairs: [offset: number, length: number][]): ByteRange[] =>
  pairs.map(([offset, length]) => ({ offset, length }));
const bytesOf = (of: ByteRange[]) =>
  new Set(of.flatMap(({ offset, length }) => Array.from({ length }, (_unused, index) => offset + index)));
const anyRanges = fc.array(fc.record({ offset: fc.nat(60), length: fc.integer({ min: 1, max: 9 }) }), {
  maxLength: 12,
});

describe('joining ranges', () => {
  it.each([
    ['those that touch or overlap, in any order', 0, ranges([10, 5], [0, 10], [12, 6]), ranges([0, 18])],
    ['over the smallest gaps within the allowance', 3, ranges([0, 1], [3, 1], [5, 1], [9, 1]), ranges([0, 6], [9, 1])],
    ['none without an allowance', 0, ranges([0, 1], [2, 1]), ranges([0, 1], [2, 1])],
    ['an empty list', 9, [], []],
  ])('joins %s', (_name, allowance, given, expected) => {
    expect(joinRanges(given, allowance)).toEqual(expected);
  });

  it('keeps every byte, adds no more than the allowance, and leaves no adjacent ranges', () => {
    fc.assert(
      fc.property(anyRanges, fc.nat(20), (given, allowance) => {
        const before = bytesOf(given);
        const joined = joinRanges(given, allowance);
        const after = bytesOf(joined);
        expect([...before].every((byte) => after.has(byte))).toBe(true);
        expect(after.size - before.size).toBeLessThanOrEqual(allowance);
        joined.slice(1).forEach((range, index) => {
          const last = joined[index] ?? range;
          expect(range.offset).toBeGreaterThan(last.offset + last.length);
        });
      }),
    );
  });

  it('leaves out exactly the bytes that are present', () => {
    fc.assert(
      fc.property(anyRanges, fc.record({ offset: fc.nat(60), length: fc.nat(20) }), (given, present) => {
        const there = bytesOf([present]);
        const expected = [...bytesOf(given)].filter((byte) => !there.has(byte)).sort((a, b) => a - b);
        expect([...bytesOf(withoutRange(given, present))].sort((a, b) => a - b)).toEqual(expected);
      }),
    );
  });
});
