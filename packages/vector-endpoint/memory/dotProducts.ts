import {
  add,
  and,
  constant,
  get,
  increase,
  lessThan,
  load,
  set,
  simd,
  subtract,
  whileTrue,
  zeros,
  type WasmFunction,
} from './wasmAssembly';

/**
 * The dot products of one vector with many rows of 32-bit floats, as a WebAssembly function. See
 * docs/decisions/0038-packed-vectors.md for the measurement.
 *
 * In JavaScript the function would be:
 *
 * ```
 * for (; count > 0; count--) {
 *   let sums = four zeros; // `wide` sums of four lanes each, 16 numbers at a time, then 4 at a time
 *   for (column = 0; column < stride; column += 4) sums += query[column..+4] * rows[column..+4];
 *   out[0] = sums[0] + sums[1] + sums[2] + sums[3];
 *   rows += stride; out += 1;
 * }
 * ```
 */

/** Parameters (0 to 4) and locals of the function. */
const local = {
  query: 0,
  rows: 1,
  count: 2,
  stride: 3,
  out: 4,
  column: 5,
  row: 6,
  wideEnd: 7,
  end: 8,
  sums: [9, 10, 11, 12],
};

const lanes = 4;
const bytesPerLoad = 16;

const addFloats = simd(0xe4);
const multiplyFloats = simd(0xe6);
const lane = (index: number): number[] => [...simd(0x1f), index];
const addFloat = [0x92];
const storeFloat = [0x38, 2, 0];
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

const advance = (bytes: number): number[] => [
  ...increase(local.column, constant(bytes)),
  ...increase(local.row, constant(bytes)),
];

const [first = 9, second = 10, third = 11, fourth = 12] = local.sums;

const bytesPerStep = bytesPerLoad * local.sums.length;

const oneRow = [
  ...local.sums.flatMap((sum) => [...zeros, ...set(sum)]),
  ...[...get(local.query), ...set(local.column)],
  ...[...get(local.rows), ...set(local.row)],
  ...[...get(local.rows), ...get(local.stride), ...add, ...set(local.end)],
  // The part of the row that is a multiple of four loads.
  ...[
    ...get(local.end),
    ...get(local.stride),
    ...constant(bytesPerStep - 1),
    ...and,
    ...subtract,
    ...set(local.wideEnd),
  ],
  ...whileTrue(
    [...get(local.row), ...get(local.wideEnd), ...lessThan],
    [...local.sums.flatMap((sum, index) => multiplyInto(sum, index * bytesPerLoad)), ...advance(bytesPerStep)],
  ),
  ...whileTrue(
    [...get(local.row), ...get(local.end), ...lessThan],
    [...multiplyInto(first, 0), ...advance(bytesPerLoad)],
  ),
  ...[
    ...get(first),
    ...get(second),
    ...addFloats,
    ...get(third),
    ...get(fourth),
    ...addFloats,
    ...addFloats,
    ...set(first),
  ],
  ...get(local.out),
  ...[...get(first), ...lane(0)],
  ...Array.from({ length: lanes - 1 }, (_, index) => [...get(first), ...lane(index + 1), ...addFloat]).flat(),
  ...storeFloat,
  ...[...get(local.end), ...set(local.rows)],
  ...increase(local.out, constant(4)),
  ...[...get(local.count), ...constant(1), ...subtract, ...set(local.count)],
];

export const dotProducts: WasmFunction = {
  name: 'dotProducts',
  parameters: 5,
  integers: 4,
  vectors: local.sums.length,
  body: whileTrue(get(local.count), oneRow),
};
