import { firstVector, local, passOverRow, rowLoop } from './rowLoop';
import { add, and, constant, get, load, set, shiftRight, simd, zeros } from './wasmAssembly';

/**
 * Rounds rows of 32-bit floats to 8-bit integers, as a WebAssembly function. A row has a multiple of four numbers. The
 * integers are written to where `vector` is, each row at a multiple of 64 bytes after it.
 *
 * In JavaScript the body for a row would be:
 *
 * ```
 * out[0] = Math.max(...row.map(Math.abs));
 * factor = 127 / out[0];
 * row.forEach((value, column) => (vector[column] = Math.round(value * factor)));
 * vector += Math.ceil(row.length / 64) * 64;
 * ```
 *
 * Without a usable factor, as for a row of zeros, the integers can be any: the caller sees it in `out`.
 */
const bytesPerLoad = 16;
const absolute = simd(0xe0);
const maximum = simd(0xe9);
const addFloats = simd(0xe4);
const multiply = simd(0xe6);
const divide = simd(0xe7);
const subtractIntegers = simd(0xb1);
const narrowTo16 = simd(0x85);
const narrowTo8 = simd(0x65);
const splat = simd(0x13);
const lane = (index: number): number[] => [...simd(0x1f), index];
const floatMaximum = [0x97];
const storeFloat = [0x38, 2, 0];
const loadFloat = [0x2a, 2, 0];
const float = (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
const storeAll = [...simd(0x0b), 0, 0];
/** Stores the first four bytes of a vector. */
const storeFour = [...simd(0x5a), 0, 0, 0];

const largest = firstVector;
const factor = firstVector + 1;
const magic = firstVector + 2;

/**
 * Added to a small float, this leaves the nearest integer in the lowest bits of the sum: an addition and a subtraction
 * instead of a conversion, which also tests for numbers that are too large.
 */
const roundingMagic = 1.5 * 2 ** 23;

const loadRow = (index: number): number[] => [...get(local.row), ...load(index * bytesPerLoad)];

const takeLargest = (loads: number) => ({
  bytesOfRow: loads * bytesPerLoad,
  bytesOfVector: 0,
  code: Array.from({ length: loads }, (_, index) => [
    ...[...get(largest), ...loadRow(index), ...absolute],
    ...[...maximum, ...set(largest)],
  ]).flat(),
});

const rounded = (index: number): number[] => [
  ...[...loadRow(index), ...get(factor), ...multiply],
  ...[...get(magic), ...addFloats, ...get(magic), ...subtractIntegers],
];

const roundFour = {
  bytesOfRow: bytesPerLoad,
  bytesOfVector: 4,
  code: [
    ...get(local.column),
    ...[...rounded(0), ...rounded(0), ...narrowTo16],
    ...[...zeros, ...narrowTo8],
    ...storeFour,
  ],
};

const roundSixteen = {
  bytesOfRow: 4 * bytesPerLoad,
  bytesOfVector: 16,
  code: [
    ...get(local.column),
    ...[...rounded(0), ...rounded(1), ...narrowTo16],
    ...[...rounded(2), ...rounded(3), ...narrowTo16],
    ...[...narrowTo8, ...storeAll],
  ],
};

export const roundRows = rowLoop('roundRows', 3, [
  ...[...zeros, ...set(largest)],
  ...passOverRow(takeLargest(4), takeLargest(1)),
  ...get(local.out),
  ...[...get(largest), ...lane(0)],
  ...[1, 2, 3].flatMap((index) => [...get(largest), ...lane(index), ...floatMaximum]),
  ...storeFloat,
  ...[...float(127), ...splat, ...get(local.out), ...loadFloat, ...splat, ...divide, ...set(factor)],
  ...[...float(roundingMagic), ...splat, ...set(magic)],
  ...passOverRow(roundSixteen, roundFour),
  // The bytes of a row of floats are four times as many.
  ...[...get(local.stride), ...constant(2), ...shiftRight, ...constant(63), ...add, ...constant(-64), ...and],
  ...[...get(local.vector), ...add, ...set(local.vector)],
]);
