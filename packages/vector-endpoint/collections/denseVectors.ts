import { bytesOf, withRoom } from '../memory/columns';
import { RoundedRows } from '../memory/roundedRows';
import { allocateBlock, releaseBlock, type VectorBlock } from '../memory/vectorMemory';
import type { Sections } from '../snapshot/sections';
import type { Distance } from './collectionConfig';
import { distanceMeasures } from './distanceMeasures';

/** Rows of a block, which are also the slots of a block of the snapshot. */
export const rowsPerBlock = 1024;

/** Shorter rows are read as fast as they are. */
const leastRounded = 64;

/** When fewer of the tested slots are candidates, candidates are found before their bounds. */
const fewCandidates = 1 / 16;

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

/** The slots that one search scores, and how many of the tested ones they were. */
class Candidates {
  private tested = 0;
  private found = 0;
  private readonly rows = new Uint32Array(rowsPerBlock);

  constructor(
    private readonly present: Uint8Array,
    private readonly passes: ((slot: number) => boolean) | undefined,
  ) {}

  /** Then it is faster to test a slot before anything is computed for it. */
  get areFew(): boolean {
    return this.passes !== undefined && this.found < this.tested * fewCandidates;
  }

  has(slot: number): boolean {
    if (this.present[slot] !== 1) {
      return false;
    }
    this.tested++;
    const isFound = this.passes === undefined || this.passes(slot);
    this.found += isFound ? 1 : 0;
    return isFound;
  }

  /** Rows of a block, a view that is valid until the next call. */
  rowsOf(first: number): Uint32Array {
    let count = 0;
    for (let row = 0; row < rowsPerBlock; row++) {
      if (this.has(first + row)) {
        this.rows[count++] = row;
      }
    }
    return this.rows.subarray(0, count);
  }
}

/**
 * The dense vectors of one name, 32-bit floats in blocks of 1,024 rows: growing never copies or moves stored
 * rows. Rows are the slots of the point store; zeros fill them up to a multiple of four numbers.
 */
export class DenseVectors {
  private readonly blocks: VectorBlock[] = [];
  private present = new Uint8Array(0);
  private readonly stride: number;
  /** Only where they make a search faster. */
  private readonly rounded: RoundedRows | undefined;
  /** Number of vectors stored. */
  count = 0;

  constructor(
    readonly dimension: number,
    readonly distance: Distance,
  ) {
    this.stride = Math.ceil(dimension / 4) * 4;
    const isProduct = distance === 'Cosine' || distance === 'Dot';
    this.rounded =
      isProduct && dimension >= leastRounded ? new RoundedRows(dimension, this.stride, rowsPerBlock) : undefined;
  }

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  private blockOf(slot: number): VectorBlock | undefined {
    return this.blocks[Math.floor(slot / rowsPerBlock)];
  }

  /** Stores a prepared vector; replaces the slot's vector. */
  set(slot: number, vector: Float32Array): void {
    this.makeRoom(slot + 1);
    const block = this.blockOf(slot)!;
    block.floats.set(vector, (slot % rowsPerBlock) * this.stride);
    this.rounded?.set(block, slot, 1);
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
    const block = this.blockOf(slot);
    if (block === undefined || this.present[slot] !== 1) {
      return undefined;
    }
    const start = (slot % rowsPerBlock) * this.stride;
    return block.floats.subarray(start, start + this.dimension);
  }

  /**
   * Scores stored vectors against a prepared query: every one that can reach the floor, exactly, and perhaps others.
   *
   * @param isCandidate selects the slots to score; all when left out
   * @param floor the smallest score that is of interest after what was taken so far; only used for Cosine and Dot
   * @param take called with each slot and its score: similarity for Cosine and Dot, distance for Euclid and Manhattan
   */
  score(
    query: Float32Array,
    isCandidate: ((slot: number) => boolean) | undefined,
    floor: () => number,
    take: (slot: number, score: number) => void,
  ): void {
    const { distance } = this;
    if (distance === 'Euclid' || distance === 'Manhattan') {
      this.scoreDistances(distanceMeasures[distance], query, isCandidate, take);
      return;
    }
    const rounded = this.rounded?.round(query);
    const candidates = new Candidates(this.present, isCandidate);
    let written: VectorBlock | undefined;
    this.blocks.forEach((block, blockNumber) => {
      if (written === undefined || !block.isInMemoryOf(written)) {
        block.writeQuery(this.padded(query));
        if (rounded !== undefined) {
          block.writeRoundedQuery(rounded.numbers);
        }
        written = block;
      }
      const first = blockNumber * rowsPerBlock;
      if (this.rounded === undefined || rounded === undefined || floor() === -Infinity || candidates.areFew) {
        this.takeProducts(block, first, candidates.rowsOf(first), take);
        return;
      }
      const bounds = this.rounded.upperBounds(block, first, rounded);
      let least = floor();
      for (let row = 0; row < rowsPerBlock; row++) {
        // A row without a bound, which is NaN, is scored.
        if (!(bounds[row]! < least) && candidates.has(first + row)) {
          take(first + row, block.dotProducts(row, 1, this.stride)[0]!);
          least = floor();
        }
      }
    });
  }

  private scoreDistances(
    measure: (typeof distanceMeasures)['Euclid'],
    query: Float32Array,
    isCandidate: ((slot: number) => boolean) | undefined,
    take: (slot: number, score: number) => void,
  ): void {
    const candidates = new Candidates(this.present, isCandidate);
    this.blocks.forEach(({ floats }, blockNumber) => {
      const first = blockNumber * rowsPerBlock;
      for (const row of candidates.rowsOf(first)) {
        take(first + row, measure(query, floats, row * this.stride, this.dimension));
      }
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
    const size = rowsPerBlock * this.stride * 4 + (this.rounded?.bytesOfBlock ?? 0);
    for (let left = Math.ceil(length / rowsPerBlock) - this.blocks.length; left > 0; left--) {
      this.blocks.push(allocateBlock(size, (left - 1) * size));
    }
    this.rounded?.makeRoom(this.blocks.length * rowsPerBlock);
    this.present = withRoom(this.present, this.blocks.length * rowsPerBlock);
  }

  /** Which slots of a range have a vector, and the scales of their rows in 8 bits, for the snapshot. */
  save(sections: Sections, name: string, from: number, to: number): void {
    const present = new Uint8Array(to - from);
    present.set(this.present.subarray(from, to));
    sections.set(`dense ${name}`, bytesOf(present));
    if (this.rounded !== undefined) {
      sections.set(`scales ${name}`, bytesOf(this.rounded.scalesOf(from, to)));
    }
  }

  /** The stored rows of one block as they are in memory: a view to read from or to fill. The block must have room. */
  bytesOfBlock(blockNumber: number, rowCount: number): Buffer {
    const block = this.blocks[blockNumber];
    return block === undefined ? Buffer.alloc(0) : bytesOf(block.floats.subarray(0, rowCount * this.stride));
  }

  /** The rows of one block in 8 bits, as `bytesOfBlock`; undefined when this vector has none. */
  roundedBytesOfBlock(blockNumber: number, rowCount: number): Buffer | undefined {
    const block = this.blocks[blockNumber];
    return block && this.rounded?.bytesOfRows(block, rowCount);
  }

  /** Marks the vectors of a range of slots as stored, after their block was filled. */
  restore(sections: Sections, name: string, from: number, to: number): void {
    const present = sections.bytes(`dense ${name}`, to - from);
    this.present.set(present, from);
    for (let row = 0; row < present.length; row++) {
      this.count += present[row]!;
    }
    const block = this.blockOf(from);
    if (sections.has(`scales ${name}`)) {
      this.rounded?.restoreScales(from, sections.floats64(`scales ${name}`, to - from));
    } else if (block !== undefined) {
      // The first format has no rows in 8 bits.
      this.rounded?.set(block, from, to - from);
    }
  }

  /** Gives the memory back. Nothing may be stored or read after it. */
  release(): void {
    this.blocks.splice(0).forEach(releaseBlock);
  }
}
