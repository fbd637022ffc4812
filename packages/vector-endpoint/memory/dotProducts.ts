/**
 * The dot products of one vector with many rows, as a WebAssembly module of one function that uses the processor's
 * vector instructions: JavaScript has no access to them. The bytes are assembled here, so nothing is downloaded or built.
 * See docs/decisions/0034-packed-vectors.md for the measurement.
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
export type DotProducts = (query: number, rows: number, count: number, strideInBytes: number, out: number) => void;

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

const i32 = 0x7f;
const v128 = 0x7b;
const lanes = 4;
const bytesPerLoad = 16;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a constant from -64 to 8191. */
const constant = (value: number): number[] => [
  0x41,
  ...(value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, value >> 7]),
];

const get = (index: number): number[] => [0x20, index];
const set = (index: number): number[] => [0x21, index];
const add = [0x6a];
const subtract = [0x6b];
const and = [0x71];
const lessThan = [0x49];
const isZero = [0x45];
const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)];
const loadFloats = (offset: number): number[] => [...simd(0x00), 0, ...unsigned(offset)];
const addFloats = simd(0xe4);
const multiplyFloats = simd(0xe6);
const lane = (index: number): number[] => [...simd(0x1f), index];
const addFloat = [0x92];
const storeFloat = [0x38, 2, 0];
const zeros = [...simd(0x0c), ...Array<number>(16).fill(0)];

const increase = (index: number, by: number[]): number[] => [...get(index), ...by, ...add, ...set(index)];

/** `loop`: repeats while the condition holds, tested first. Inside a block, so that the test can leave it. */
const whileTrue = (condition: number[], body: number[]): number[] => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...condition,
  ...isZero,
  ...[0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

const multiplyInto = (sum: number, offset: number): number[] => [
  ...get(sum),
  ...get(local.column),
  ...loadFloats(offset),
  ...get(local.row),
  ...loadFloats(offset),
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

const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];

const body = [
  // Two groups of locals: four of i32, four of v128.
  ...[2, 4, i32, local.sums.length, v128],
  ...whileTrue(get(local.count), oneRow),
  0x0b,
];

const moduleBytes = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
  // The memory is imported: of at least one page.
  ...section(2, [1, ...name('host'), ...name('memory'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('dotProducts'), 0, 0]),
  ...section(10, [1, ...unsigned(body.length), ...body]),
]);

/** The part of the standard that is used here: the types of Node.js do not declare it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { host: { memory: WasmMemory } },
  ) => { exports: { dotProducts: DotProducts } };
};

let compiled: object | undefined;

/** A memory of pages of 64 KiB, and the function over it. Positions are in bytes; a row has a multiple of four numbers. */
export function createDotProducts(size: { initial: number; maximum: number }): {
  memory: WasmMemory;
  dotProducts: DotProducts;
} {
  compiled ??= new WebAssembly.Module(moduleBytes);
  const memory = new WebAssembly.Memory(size);
  return { memory, dotProducts: new WebAssembly.Instance(compiled, { host: { memory } }).exports.dotProducts };
}
