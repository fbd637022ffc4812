import { bytesOf, withRoom } from '../memory/columns';
import { allocateBlock, releaseBlock, type VectorBlock } from '../memory/vectorMemory';
import type { Distance } from './collectionConfig';
import { distanceMeasures } from './distanceMeasures';

/** Rows of a block, which are also the slots of a block of the snapshot. */
export const rowsPerBlock = 1024;

/** Below this a squared length counts as zero; Qdrant uses the 32-bit epsilon. */
const smallestSquaredLength = 1.1920929e-7;

/**
 * The vector in its stored form: of length 1 for Cosine, unchanged otherwise. Zero vectors and vectors of length 1 are
 * left unchanged, so that storing a vector twice changes nothing.
 */
export function prepareDenseVector(values: ArrayLike<number>, distance: Distance): Float32Array {
  const vector = Float32Array.from(values);
  if (distance !== 'Cosine') {
    return vector;
  }
  let squaredLength = 0;
  for (const value of vector) {
    squaredLength += value * value;
  }
  if (squaredLength < smallestSquaredLength || Math.abs(squaredLength - 1) <= 1e-6) {
    return vector;
  }
  const length = Math.sqrt(squaredLength);
  return vector.map((value) => value / length);
}

/**
 * The dense vectors of one name, 32-bit floats in blocks of 1,024 rows: growing never copies or moves stored
 * rows. Rows are the slots of the point store; zeros fill them up to a multiple of four numbers.
 */
export class DenseVectors {
  private readonly blocks: VectorBlock[] = [];
  private present = new Uint8Array(0);
  private readonly stride: number;
  /** Number of vectors stored. */
  count = 0;

  constructor(
    readonly dimension: number,
    readonly distance: Distance,
  ) {
    this.stride = Math.ceil(dimension / 4) * 4;
  }

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  /** Stores a prepared vector; replaces the slot's vector. */
  set(slot: number, vector: Float32Array): void {
    this.makeRoom(slot + 1);
    this.blocks[Math.floor(slot / rowsPerBlock)]?.floats.set(vector, (slot % rowsPerBlock) * this.stride);
    if (this.present[slot] !== 1) {
      this.present[slot] = 1;
      this.count++;
    }
  }

  remove(slot: number): void {
    if (this.present[slot] === 1) {
      this.present[slot] = 0;
      this.count--;
    }
  }

  /** A view of the stored vector; copy it before the next write. */
  get(slot: number): Float32Array | undefined {
    const block = this.blocks[Math.floor(slot / rowsPerBlock)];
    if (block === undefined || this.present[slot] !== 1) {
      return undefined;
    }
    const start = (slot % rowsPerBlock) * this.stride;
    return block.floats.subarray(start, start + this.dimension);
  }

  /**
   * Scores every stored vector against a prepared query.
   *
   * @param isCandidate selects the slots to score; all when left out
   * @param take called with each slot and its score: similarity for Cosine and Dot, distance for Euclid and Manhattan
   */
  score(
    query: Float32Array,
    isCandidate: ((slot: number) => boolean) | undefined,
    take: (slot: number, score: number) => void,
  ): void {
    const rows = new Uint32Array(rowsPerBlock);
    let written: VectorBlock | undefined;
    this.blocks.forEach((block, blockNumber) => {
      const first = blockNumber * rowsPerBlock;
      let count = 0;
      for (let row = 0; row < rowsPerBlock; row++) {
        if (this.present[first + row] === 1 && (isCandidate === undefined || isCandidate(first + row))) {
          rows[count++] = row;
        }
      }
      if (this.distance === 'Euclid' || this.distance === 'Manhattan') {
        const measure = distanceMeasures[this.distance];
        const { floats } = block;
        for (let index = 0; index < count; index++) {
          const row = rows[index]!;
          take(first + row, measure(query, floats, row * this.stride, this.dimension));
        }
        return;
      }
      if (count > 0 && (written === undefined || !block.isInMemoryOf(written))) {
        block.writeQuery(this.padded(query));
        written = block;
      }
      this.takeProducts(block, first, rows.subarray(0, count), take);
    });
  }

  /** One call for the whole block costs as much as about a quarter as many calls for single rows. */
  private takeProducts(
    block: VectorBlock,
    first: number,
    rows: Uint32Array,
    take: (slot: number, score: number) => void,
  ): void {
    if (rows.length * 4 < rowsPerBlock) {
      for (const row of rows) {
        take(first + row, block.dotProducts(row, 1, this.stride)[0]!);
      }
      return;
    }
    const products = block.dotProducts(0, (rows.at(-1) ?? 0) + 1, this.stride);
    for (const row of rows) {
      take(first + row, products[row]!);
    }
  }

  private padded(query: Float32Array): Float32Array {
    const padded = new Float32Array(this.stride);
    padded.set(query);
    return padded;
  }

  /** Allocates the blocks of `length` slots. */
  makeRoom(length: number): void {
    while (this.blocks.length * rowsPerBlock < length) {
      this.blocks.push(allocateBlock(rowsPerBlock * this.stride * 4));
    }
    this.present = withRoom(this.present, this.blocks.length * rowsPerBlock);
  }

  /** Which slots of a range have a vector. */
  presentIn(from: number, to: number): Uint8Array {
    const present = new Uint8Array(to - from);
    present.set(this.present.subarray(from, to));
    return present;
  }

  /** The stored rows of one block as they are in memory: a view to read from or to fill. The block must have room. */
  bytesOfBlock(blockNumber: number, rowCount: number): Buffer {
    const block = this.blocks[blockNumber];
    return block === undefined ? Buffer.alloc(0) : bytesOf(block.floats.subarray(0, rowCount * this.stride));
  }

  /** Marks the vectors of consecutive slots as stored, after their block was filled. */
  restore(from: number, present: Uint8Array): void {
    this.present.set(present, from);
    present.forEach((isPresent) => (this.count += isPresent));
  }

  /** Gives the memory back. Nothing may be stored or read after it. */
  release(): void {
    this.blocks.splice(0).forEach(releaseBlock);
  }
}
