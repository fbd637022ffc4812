import {
  add,
  and,
  constant,
  get,
  increase,
  lessThan,
  set,
  subtract,
  whileTrue,
  type WasmFunction,
} from './wasmAssembly';

/**
 * The frame of the WebAssembly functions that work on many rows. In JavaScript it would be:
 *
 * ```
 * function (vector, rows, count, stride, out) {
 *   for (; count > 0; count--) {
 *     end = rows + stride;
 *     // the body, which passes over the row and stores a number at `out`
 *     rows = end; out += 4;
 *   }
 * }
 * ```
 *
 * Positions and strides are in bytes. `vector` belongs to all rows, and `column` is a position in it.
 */
export const local = { vector: 0, rows: 1, count: 2, stride: 3, out: 4, column: 5, row: 6, wideEnd: 7, end: 8 };

const parameters = 5;
const integers = 4;

/** The first local that is a vector of 16 bytes. */
export const firstVector = parameters + integers;

const copy = (from: number, to: number): number[] => [...get(from), ...set(to)];

/** What is done with some bytes of a row, from `row` on, and with those of the vector, from `column` on. */
interface Step {
  /** A power of two. */
  readonly bytesOfRow: number;
  readonly bytesOfVector: number;
  readonly code: readonly number[];
}

const repeatUntil = (end: number, { code, bytesOfRow, bytesOfVector }: Step): number[] =>
  whileTrue(
    [...get(local.row), ...get(end), ...lessThan],
    [
      ...code,
      ...increase(local.row, constant(bytesOfRow)),
      ...(bytesOfVector === 0 ? [] : increase(local.column, constant(bytesOfVector))),
    ],
  );

/**
 * Code that goes through a row from its start.
 *
 * @param rest for what is left of a row whose length is not a multiple of the step
 */
export const passOverRow = (step: Step, rest?: Step): number[] => [
  ...copy(local.vector, local.column),
  ...copy(local.rows, local.row),
  ...[...get(local.end), ...get(local.stride), ...constant(step.bytesOfRow - 1), ...and, ...subtract],
  ...set(local.wideEnd),
  ...repeatUntil(local.wideEnd, step),
  ...(rest === undefined ? [] : repeatUntil(local.end, rest)),
];

/**
 * A function of many rows.
 *
 * @param vectors how many locals of 16 bytes the body uses
 */
export const rowLoop = (name: string, vectors: number, body: readonly number[]): WasmFunction => ({
  name,
  parameters,
  integers,
  vectors,
  body: whileTrue(get(local.count), [
    ...[...get(local.rows), ...get(local.stride), ...add, ...set(local.end)],
    ...body,
    ...copy(local.end, local.rows),
    ...increase(local.out, constant(4)),
    ...[...get(local.count), ...constant(1), ...subtract, ...set(local.count)],
  ]),
});
