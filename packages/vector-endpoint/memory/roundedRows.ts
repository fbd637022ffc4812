import { columnsPerStep } from './byteProducts';
import { withRoom } from './columns';
import { allocateBlock, releaseBlock, type VectorBlock } from './vectorMemory';

/** Largest 8-bit and 16-bit integers, and largest sum in 32 bits. */
const mostOfRow = 127;
const mostOfQuery = 32767;
const mostOfSum = 2 ** 31 - 1;

/** The relative error of one operation with 32-bit floats, and the absolute one near zero. */
const floatError = 2 ** -23;
const smallestFloat = 2 ** -148;

/** The products of longer vectors can be infinite in 32-bit floats: they get no bound. */
const longest = 1e18;

/** A query in 16-bit integers. */
export interface RoundedQuery {
  readonly numbers: Int16Array;
  /** The query is about `numbers * scale`. */
  readonly scale: number;
  /** Length of the query, and of what rounding took from it. */
  readonly length: number;
  readonly error: number;
}

/**
 * Rows rounded to 8-bit integers, each with its scale: a quarter of the memory of 32-bit floats, so that it is read in a
 * quarter of the time. They give an upper bound of each dot product, so that only rows which can be among the best are
 * multiplied exactly.
 *
 * The bound is that of Cauchy and Schwarz. With `x = scale * rounded + e` and `q = scale' * rounded' + f`,
 * `q·x = scale * scale' * (rounded·rounded') + f·(scale * rounded) + q·e`, where the last two terms are at most
 * `|f| |scale * rounded|` and `|q| |e|`.
 */
export class RoundedRows {
  private readonly blocks: VectorBlock[] = [];
  private readonly stride: number;
  private readonly bounds: Float64Array;
  private scales = new Float64Array(0);
  /** Length of what rounding took from each row, and what adding 32-bit floats can add to its products. */
  private errors = new Float64Array(0);
  /** Length of each rounded row. */
  private lengths = new Float64Array(0);
  private written: VectorBlock | undefined;

  constructor(
    private readonly dimension: number,
    private readonly rowsPerBlock: number,
  ) {
    this.stride = Math.ceil(dimension / columnsPerStep) * columnsPerStep;
    this.bounds = new Float64Array(rowsPerBlock);
  }

  /** Allocates the blocks of `length` rows. */
  makeRoom(length: number): void {
    while (this.blocks.length * this.rowsPerBlock < length) {
      this.blocks.push(allocateBlock(this.rowsPerBlock * this.stride));
    }
    const rows = this.blocks.length * this.rowsPerBlock;
    this.scales = withRoom(this.scales, rows);
    this.errors = withRoom(this.errors, rows);
    this.lengths = withRoom(this.lengths, rows);
  }

  /** Stores a row, for which there is room. */
  set(row: number, vector: Float32Array): void {
    const bytes = this.blocks[Math.floor(row / this.rowsPerBlock)]!.bytes;
    const start = (row % this.rowsPerBlock) * this.stride;
    const { dimension } = this;
    let largest = 0;
    for (let column = 0; column < dimension; column++) {
      const size = Math.abs(vector[column]!);
      largest = size > largest ? size : largest;
    }
    const scale = largest / mostOfRow;
    const inverse = scale === 0 ? 0 : 1 / scale;
    let squaredError = 0;
    let squaredLength = 0;
    for (let column = 0; column < dimension; column++) {
      const value = vector[column]!;
      // Rounds: the sum is positive, and `|` removes its fraction. It is at most 127, but for infinite values.
      const rounded = ((value * inverse + 128.5) | 0) - 128;
      bytes[start + column] = rounded;
      const error = value - rounded * scale;
      squaredError += error * error;
      squaredLength += rounded * rounded;
    }
    const length = Math.sqrt(squaredLength) * scale;
    const error = Math.sqrt(squaredError);
    this.scales[row] = scale;
    this.lengths[row] = length;
    this.errors[row] = error + length > longest ? Infinity : error + (error + length) * dimension * floatError;
  }

  round(query: Float32Array): RoundedQuery {
    const most = Math.min(mostOfQuery, Math.floor(mostOfSum / (mostOfRow * this.stride)));
    const scale = query.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / most;
    const numbers = new Int16Array(this.stride);
    let squaredError = 0;
    let squaredLength = 0;
    query.forEach((value, column) => {
      const rounded = scale === 0 ? 0 : Math.round(value / scale);
      numbers[column] = rounded;
      squaredError += (value - rounded * scale) ** 2;
      squaredLength += value ** 2;
    });
    this.written = undefined;
    const length = Math.sqrt(squaredLength);
    return { numbers, scale, length, error: length > longest ? Infinity : Math.sqrt(squaredError) };
  }

  /**
   * Upper bounds of the dot products of 32-bit floats of a query and the first rows of a block; infinite or NaN for
   * vectors without one.
   *
   * @returns a view of the results, which is valid until the next call
   */
  upperBounds(query: RoundedQuery, blockNumber: number, count: number): Float64Array {
    const block = this.blocks[blockNumber]!;
    if (this.written === undefined || !block.isInMemoryOf(this.written)) {
      block.writeRoundedQuery(query.numbers);
      this.written = block;
    }
    const { bounds, scales, errors, lengths, rowsPerBlock } = this;
    const first = blockNumber * rowsPerBlock;
    const products = block.byteProducts(count, this.stride);
    const least = this.dimension * smallestFloat;
    for (let row = 0; row < count; row++) {
      const slot = first + row;
      const product = products[row]! * scales[slot]! * query.scale;
      bounds[row] = product + query.length * errors[slot]! + query.error * lengths[slot]! + least;
    }
    return bounds;
  }

  /** Gives the memory back. */
  release(): void {
    this.blocks.splice(0).forEach(releaseBlock);
  }
}
