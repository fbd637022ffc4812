import { columnsPerStep } from './byteProducts';
import { bytesOf, withRoom } from './columns';
import type { VectorBlock } from './vectorMemory';

/** Largest 8-bit and 16-bit integers, and largest sum in 32 bits. */
const mostOfRow = 127;
const mostOfQuery = 32767;
const mostOfSum = 2 ** 31 - 1;

/** How far a rounded number can be from the number, in units of the scale: a half, and errors of 32-bit floats. */
const roundingError = 0.501;

/** The relative error of one operation with 32-bit floats, and the absolute one near zero. */
const floatError = 2 ** -23;
const smallestFloat = 2 ** -148;

/** Numbers outside of this have no scale: their factors or products can be infinite in 32-bit floats. */
const leastScaled = 1e-30;
const mostScaled = 1e15;

/** A query in 16-bit integers. */
export interface RoundedQuery {
  readonly numbers: Int16Array;
  /** The query is about `numbers * scale`. */
  readonly scale: number;
  /** What rounding can take from a product, in units of the scale of the row; NaN for a query without a bound. */
  readonly slack: number;
}

/**
 * Rows rounded to 8-bit integers, each with its scale: a quarter of the memory of 32-bit floats, so that it is read in a
 * quarter of the time. They give an upper bound of each dot product, so that only rows which can be among the best are
 * multiplied exactly.
 *
 * The bound is that of Cauchy and Schwarz. With `x = scale * rounded + e` and `q = scale' * rounded' + f`,
 * `q·x = scale * scale' * (rounded·rounded') + f·(scale * rounded) + q·e`, where the last two terms are at most
 * `|f| |scale * rounded|` and `|q| |e|`. No number of `e` is larger than half of the scale.
 *
 * The bytes of a block are behind its rows of floats, in the same memory.
 */
export class RoundedRows {
  private readonly stride: number;
  private readonly bounds: Float64Array;
  private scales = new Float64Array(0);

  /**
   * @param floatStride numbers of a row of floats, a multiple of four
   */
  constructor(
    private readonly dimension: number,
    private readonly floatStride: number,
    private readonly rowsPerBlock: number,
  ) {
    this.stride = Math.ceil(dimension / columnsPerStep) * columnsPerStep;
    this.bounds = new Float64Array(rowsPerBlock);
  }

  /** How many bytes a block needs behind its rows of floats. */
  get bytesOfBlock(): number {
    return this.rowsPerBlock * this.stride;
  }

  /** Position of the bytes in a block. */
  private get start(): number {
    return this.rowsPerBlock * this.floatStride * 4;
  }

  makeRoom(length: number): void {
    this.scales = withRoom(this.scales, length);
  }

  /** Rounds the floats of consecutive slots of a block, for which there is room. */
  set(block: VectorBlock, firstSlot: number, count: number): void {
    const firstRow = firstSlot % this.rowsPerBlock;
    const results = block.roundRows(firstRow, count, this.floatStride, this.start + firstRow * this.stride);
    for (let row = 0; row < count; row++) {
      const largest = results[row]!;
      const isScaled = largest === 0 || (largest >= leastScaled && largest <= mostScaled);
      this.scales[firstSlot + row] = isScaled ? largest / mostOfRow : NaN;
    }
  }

  /** The bytes of the first rows of a block: a view to read from or to fill. */
  bytesOfRows(block: VectorBlock, count: number): Buffer {
    return bytesOf(block.floats.subarray(this.start / 4, (this.start + count * this.stride) / 4));
  }

  /** The scales of a range of slots, for the snapshot. */
  scalesOf(from: number, to: number): Float64Array {
    return this.scales.slice(from, to);
  }

  /** Restores scales, for which there is room. The bytes of their rows must be filled, too. */
  restoreScales(from: number, scales: Float64Array): void {
    this.scales.set(scales, from);
  }

  round(query: Float32Array): RoundedQuery {
    const most = Math.min(mostOfQuery, Math.floor(mostOfSum / (mostOfRow * this.stride)));
    const largest = query.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
    const scale = largest / most;
    const numbers = new Int16Array(this.stride);
    let squaredError = 0;
    let squaredLength = 0;
    query.forEach((value, column) => {
      const rounded = scale === 0 ? 0 : Math.round(value / scale);
      numbers[column] = rounded;
      squaredError += (value - rounded * scale) ** 2;
      squaredLength += value ** 2;
    });
    const error = Math.sqrt(squaredError);
    const length = Math.sqrt(squaredLength);
    // Lengths in units of the scale: of what was rounded away, and of a row.
    const rowError = roundingError * Math.sqrt(this.dimension);
    const rowLength = (mostOfRow + 1) * Math.sqrt(this.dimension);
    const slack = length * rowError + error * rowLength + length * rowLength * this.dimension * floatError;
    return { numbers, scale, slack: largest <= mostScaled ? slack : NaN };
  }

  /**
   * Upper bounds of the dot products of 32-bit floats of a query, which was written to the block's memory, and all rows of a
   * block; NaN for vectors without a bound.
   *
   * @param first slot of the first row
   * @returns a view of the results, which is valid until the next call
   */
  upperBounds(block: VectorBlock, first: number, { scale, slack }: RoundedQuery): Float64Array {
    const { bounds, scales, rowsPerBlock } = this;
    const products = block.byteProducts(this.start, rowsPerBlock, this.stride);
    const least = this.dimension * smallestFloat;
    for (let row = 0; row < rowsPerBlock; row++) {
      bounds[row] = scales[first + row]! * (products[row]! * scale + slack) + least;
    }
    return bounds;
  }
}
