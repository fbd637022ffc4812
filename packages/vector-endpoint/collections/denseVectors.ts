import type { Distance } from './collectionConfig';

const rowsPerBlock = 1024;

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
 * rows. Rows are the slots of the point store.
 */
export class DenseVectors {
  private readonly blocks: Float32Array[] = [];
  private present = new Uint8Array(rowsPerBlock);
  /** Number of vectors stored. */
  count = 0;

  constructor(
    readonly dimension: number,
    readonly distance: Distance,
  ) {}

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  /** Stores a prepared vector; replaces the slot's vector. */
  set(slot: number, vector: Float32Array): void {
    const block = Math.floor(slot / rowsPerBlock);
    while (this.blocks.length <= block) {
      this.blocks.push(new Float32Array(rowsPerBlock * this.dimension));
    }
    if (slot >= this.present.length) {
      const grown = new Uint8Array(this.blocks.length * rowsPerBlock * 2);
      grown.set(this.present);
      this.present = grown;
    }
    this.blocks[block]?.set(vector, (slot % rowsPerBlock) * this.dimension);
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
    const start = (slot % rowsPerBlock) * this.dimension;
    return block.subarray(start, start + this.dimension);
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
    const measure = measures[this.distance];
    this.blocks.forEach((block, blockNumber) => {
      for (let row = 0; row < rowsPerBlock; row++) {
        const slot = blockNumber * rowsPerBlock + row;
        if (this.present[slot] === 1 && (isCandidate === undefined || isCandidate(slot))) {
          take(slot, measure(query, block, row * this.dimension, this.dimension));
        }
      }
    });
  }
}

type Measure = (query: Float32Array, block: Float32Array, start: number, dimension: number) => number;

/** Four independent sums, so that the processor can do their additions in parallel. */
const dotProduct: Measure = (query, block, start, dimension) => {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  const whole = dimension - (dimension % 4);
  for (let index = 0; index < whole; index += 4) {
    first += query[index]! * block[start + index]!;
    second += query[index + 1]! * block[start + index + 1]!;
    third += query[index + 2]! * block[start + index + 2]!;
    fourth += query[index + 3]! * block[start + index + 3]!;
  }
  for (let index = whole; index < dimension; index++) {
    first += query[index]! * block[start + index]!;
  }
  return Math.fround(first + second + third + fourth);
};

const euclid: Measure = (query, block, start, dimension) => {
  let sum = 0;
  for (let index = 0; index < dimension; index++) {
    const difference = query[index]! - block[start + index]!;
    sum += difference * difference;
  }
  return Math.fround(Math.sqrt(sum));
};

const manhattan: Measure = (query, block, start, dimension) => {
  let sum = 0;
  for (let index = 0; index < dimension; index++) {
    sum += Math.abs(query[index]! - block[start + index]!);
  }
  return Math.fround(sum);
};

const measures: Record<Distance, Measure> = {
  Cosine: dotProduct,
  Dot: dotProduct,
  Euclid: euclid,
  Manhattan: manhattan,
};
