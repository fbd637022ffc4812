import { firstVector, local, passOverRow, rowLoop } from './rowLoop';
import { add, get, load, set, simd, unsigned, zeros } from './wasmAssembly';

/**
 * The dot products of one vector of 16-bit integers with many rows of 8-bit integers, as a WebAssembly function. The
 * stride of a row is a multiple of 64. The sums are 32-bit integers: the caller sees to it that they do not overflow.
 *
 * In JavaScript the body for a row would be:
 *
 * ```
 * let sum = 0; // in four vectors of four lanes each, 8 numbers at a time
 * for (column = 0; column < stride; column++) sum += vector[column] * row[column];
 * out[0] = sum;
 * ```
 */
export const columnsPerStep = 64;
const columnsPerLoad = 8;

/** Loads 8 bytes as 16-bit integers. */
const loadBytes = (offset: number): number[] => [...simd(0x01), 0, ...unsigned(offset)];
/** Multiplies 16-bit integers and adds neighbours: four 32-bit integers. */
const multiply = simd(0xba);
const addIntegers = simd(0xae);
const lane = (index: number): number[] => [...simd(0x1b), index];
const storeInteger = [0x36, 2, 0];

const sums = [0, 1, 2, 3].map((index) => firstVector + index);
const [firstSum = 0, ...otherSums] = sums;

const multiplyInto = (sum: number, first: number): number[] => [
  ...get(sum),
  ...[...get(local.row), ...loadBytes(first)],
  ...[...get(local.column), ...load(first * 2)],
  ...multiply,
  ...addIntegers,
  ...set(sum),
];

const step = Array.from({ length: columnsPerStep / columnsPerLoad }, (_, index) =>
  multiplyInto(sums[index % sums.length] ?? firstSum, index * columnsPerLoad),
).flat();

export const byteProducts = rowLoop('byteProducts', sums.length, [
  ...sums.flatMap((sum) => [...zeros, ...set(sum)]),
  ...passOverRow({ bytesOfRow: columnsPerStep, bytesOfVector: columnsPerStep * 2, code: step }),
  ...[...get(firstSum), ...otherSums.flatMap((sum) => [...get(sum), ...addIntegers]), ...set(firstSum)],
  ...get(local.out),
  ...[...get(firstSum), ...lane(0)],
  ...[1, 2, 3].flatMap((index) => [...get(firstSum), ...lane(index), ...add]),
  ...storeInteger,
]);
