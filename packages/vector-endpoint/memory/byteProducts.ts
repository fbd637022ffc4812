import {
  add,
  constant,
  get,
  increase,
  lessThan,
  load,
  set,
  simd,
  subtract,
  unsigned,
  whileTrue,
  zeros,
  type WasmFunction,
} from './wasmAssembly';

/**
 * The dot products of one vector of 16-bit integers with many rows of 8-bit integers, as a WebAssembly function. The
 * stride of a row is a multiple of 64. The sums are 32-bit integers: the caller sees to it that they do not overflow.
 *
 * In JavaScript the function would be:
 *
 * ```
 * for (; count > 0; count--) {
 *   let sum = 0; // in four vectors of four lanes each, 8 numbers at a time
 *   for (column = 0; column < stride; column++) sum += query[column] * rows[column];
 *   out[0] = sum;
 *   rows += stride; out += 1;
 * }
 * ```
 */
const local = { query: 0, rows: 1, count: 2, stride: 3, out: 4, column: 5, row: 6, end: 7, sums: [8, 9, 10, 11] };

export const columnsPerStep = 64;
const columnsPerLoad = 8;

/** Loads 8 bytes as 16-bit integers. */
const loadBytes = (offset: number): number[] => [...simd(0x01), 0, ...unsigned(offset)];
/** Multiplies 16-bit integers and adds neighbours: four 32-bit integers. */
const multiply = simd(0xba);
const addIntegers = simd(0xae);
const lane = (index: number): number[] => [...simd(0x1b), index];
const storeInteger = [0x36, 2, 0];

const multiplyInto = (sum: number, first: number): number[] => [
  ...get(sum),
  ...[...get(local.row), ...loadBytes(first)],
  ...[...get(local.column), ...load(first * 2)],
  ...multiply,
  ...addIntegers,
  ...set(sum),
];

const [firstSum = 8, ...otherSums] = local.sums;

const oneStep = Array.from({ length: columnsPerStep / columnsPerLoad }, (_, index) =>
  multiplyInto(local.sums[index % local.sums.length] ?? firstSum, index * columnsPerLoad),
).flat();

const oneRow = [
  ...local.sums.flatMap((sum) => [...zeros, ...set(sum)]),
  ...[...get(local.query), ...set(local.column)],
  ...[...get(local.rows), ...set(local.row)],
  ...[...get(local.rows), ...get(local.stride), ...add, ...set(local.end)],
  ...whileTrue(
    [...get(local.row), ...get(local.end), ...lessThan],
    [
      ...oneStep,
      ...increase(local.row, constant(columnsPerStep)),
      ...increase(local.column, constant(columnsPerStep * 2)),
    ],
  ),
  ...[...get(firstSum), ...otherSums.flatMap((sum) => [...get(sum), ...addIntegers]), ...set(firstSum)],
  ...get(local.out),
  ...[...get(firstSum), ...lane(0)],
  ...[1, 2, 3].flatMap((index) => [...get(firstSum), ...lane(index), ...add]),
  ...storeInteger,
  ...[...get(local.end), ...set(local.rows)],
  ...increase(local.out, constant(4)),
  ...[...get(local.count), ...constant(1), ...subtract, ...set(local.count)],
];

export const byteProducts: WasmFunction = {
  name: 'byteProducts',
  parameters: 5,
  integers: 3,
  vectors: local.sums.length,
  body: whileTrue(get(local.count), oneRow),
};
