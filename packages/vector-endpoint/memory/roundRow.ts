import {
  constant,
  get,
  increase,
  lessThan,
  load,
  set,
  simd,
  whileTrue,
  zeros,
  type WasmFunction,
} from './wasmAssembly';

/**
 * Rounds a row of 32-bit floats to 8-bit integers, as a WebAssembly function. The row has a multiple of four numbers.
 *
 * In JavaScript the function would be:
 *
 * ```
 * out[0] = Math.max(...row.map(Math.abs));
 * factor = 127 / out[0];
 * row.forEach((value, column) => (bytes[column] = Math.round(value * factor))); // 0 when the largest is 0
 * ```
 */
const local = { row: 0, end: 1, bytes: 2, out: 3, column: 4, largest: 5, factor: 6, rounded: 7 };

const bytesPerLoad = 16;
const absolute = simd(0xe0);
const maximum = simd(0xe9);
const multiply = simd(0xe6);
const divide = simd(0xe7);
const nearest = simd(0x6a);
const toIntegers = simd(0xf8);
const narrowTo16 = simd(0x85);
const narrowTo8 = simd(0x65);
const splat = simd(0x13);
const lane = (index: number): number[] => [...simd(0x1f), index];
const floatMaximum = [0x97];
const storeFloat = [0x38, 2, 0];
const loadFloat = [0x2a, 2, 0];
const float127 = [0x43, ...new Uint8Array(Float32Array.of(127).buffer)];
/** Stores the first four bytes of a vector. */
const storeFour = [...simd(0x5a), 0, 0, 0];

const forEachLoad = (body: number[]): number[] => [
  ...[...get(local.row), ...set(local.column)],
  ...whileTrue(
    [...get(local.column), ...get(local.end), ...lessThan],
    [...body, ...increase(local.column, constant(bytesPerLoad))],
  ),
];

const narrow = (operation: number[]): number[] => [
  ...[...get(local.rounded), ...get(local.rounded), ...operation, ...set(local.rounded)],
];

export const roundRow: WasmFunction = {
  name: 'roundRow',
  parameters: 4,
  integers: 1,
  vectors: 3,
  body: [
    ...[...zeros, ...set(local.largest)],
    ...forEachLoad([
      ...[...get(local.largest), ...get(local.column), ...load(0), ...absolute],
      ...[...maximum, ...set(local.largest)],
    ]),
    ...get(local.out),
    ...[...get(local.largest), ...lane(0)],
    ...[1, 2, 3].flatMap((index) => [...get(local.largest), ...lane(index), ...floatMaximum]),
    ...storeFloat,
    ...[...float127, ...splat, ...get(local.out), ...loadFloat, ...splat, ...divide, ...set(local.factor)],
    ...forEachLoad([
      ...[...get(local.column), ...load(0), ...get(local.factor), ...multiply, ...nearest, ...toIntegers],
      ...set(local.rounded),
      ...[...narrow(narrowTo16), ...narrow(narrowTo8)],
      ...[...get(local.bytes), ...get(local.rounded), ...storeFour],
      ...increase(local.bytes, constant(4)),
    ]),
  ],
};
