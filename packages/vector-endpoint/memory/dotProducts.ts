import { firstVector, local, passOverRow, rowLoop } from './rowLoop';
import { get, load, set, simd, zeros } from './wasmAssembly';

/**
 * The dot products of one vector with many rows of 32-bit floats, as a WebAssembly function. See
 * docs/decisions/0038-packed-vectors.md for the measurement.
 *
 * In JavaScript the body for a row would be:
 *
 * ```
 * let sums = four zeros; // four such sums, 16 numbers at a time, then 4 at a time
 * for (column = 0; column < stride; column += 4) sums += vector[column..+4] * row[column..+4];
 * out[0] = sums[0] + sums[1] + sums[2] + sums[3];
 * ```
 */
const lanes = 4;
const bytesPerLoad = 16;

const addFloats = simd(0xe4);
const multiplyFloats = simd(0xe6);
const lane = (index: number): number[] => [...simd(0x1f), index];
const addFloat = [0x92];
const storeFloat = [0x38, 2, 0];

const sums = [0, 1, 2, 3].map((index) => firstVector + index);
const [first = 0, second = 0, third = 0, fourth = 0] = sums;

const multiplyInto = (sum: number, offset: number): number[] => [
  ...get(sum),
  ...get(local.column),
  ...load(offset),
  ...get(local.row),
  ...load(offset),
  ...multiplyFloats,
  ...addFloats,
  ...set(sum),
];

/** Code for as many loads as there are sums given. */
const stepOf = (given: readonly number[]) => ({
  bytesOfRow: bytesPerLoad * given.length,
  bytesOfVector: bytesPerLoad * given.length,
  code: given.flatMap((sum, index) => multiplyInto(sum, index * bytesPerLoad)),
});

export const dotProducts = rowLoop('dotProducts', sums.length, [
  ...sums.flatMap((sum) => [...zeros, ...set(sum)]),
  ...passOverRow(stepOf(sums), stepOf([first])),
  ...[...get(first), ...get(second), ...addFloats],
  ...[...get(third), ...get(fourth), ...addFloats],
  ...[...addFloats, ...set(first)],
  ...get(local.out),
  ...[...get(first), ...lane(0)],
  ...Array.from({ length: lanes - 1 }, (_, index) => [...get(first), ...lane(index + 1), ...addFloat]).flat(),
  ...storeFloat,
]);
