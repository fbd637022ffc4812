/**
 * What is needed to assemble a WebAssembly module of functions that use the processor's vector instructions: JavaScript
 * has no access to them. The bytes are assembled when they are needed, so nothing is downloaded or built. Numbers are
 * those of the WebAssembly specification, "Binary Format".
 */
const i32 = 0x7f;
const v128 = 0x7b;

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a constant from -64 to 8191. */
export const constant = (value: number): number[] => [
  0x41,
  ...(value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, value >> 7]),
];

export const get = (index: number): number[] => [0x20, index];
export const set = (index: number): number[] => [0x21, index];
export const add = [0x6a];
export const subtract = [0x6b];
export const and = [0x71];
export const shiftRight = [0x76];
export const lessThan = [0x49];
const isZero = [0x45];
export const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)];
export const zeros = [...simd(0x0c), ...Array<number>(16).fill(0)];

/** Loads 16 bytes from a position plus an offset. */
export const load = (offset: number): number[] => [...simd(0x00), 0, ...unsigned(offset)];

export const increase = (index: number, by: number[]): number[] => [...get(index), ...by, ...add, ...set(index)];

/** `loop`: repeats while the condition holds, tested first. Inside a block, so that the test can leave it. */
export const whileTrue = (condition: number[], body: number[]): number[] => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...condition,
  ...isZero,
  ...[0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

/** A function of 32-bit integers without a result. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** How many locals of 32-bit integers and of vectors come after the parameters. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: readonly number[];
}

const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];

const typeOf = ({ parameters }: WasmFunction): number[] => [
  0x60,
  parameters,
  ...Array<number>(parameters).fill(i32),
  0,
];

function codeOf({ integers, vectors, body }: WasmFunction): number[] {
  const code = [2, integers, i32, vectors, v128, ...body, 0x0b];
  return [...unsigned(code.length), ...code];
}

/** The bytes of a module of these functions over the memory that it imports as `host.memory`, of at least one page. */
export const moduleOf = (functions: readonly WasmFunction[]): Uint8Array =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [functions.length, ...functions.flatMap(typeOf)]),
    ...section(2, [1, ...name('host'), ...name('memory'), 2, 0, 1]),
    ...section(3, [functions.length, ...functions.map((_, index) => index)]),
    ...section(7, [functions.length, ...functions.flatMap((each, index) => [...name(each.name), 0, index])]),
    ...section(10, [functions.length, ...functions.flatMap(codeOf)]),
  ]);
