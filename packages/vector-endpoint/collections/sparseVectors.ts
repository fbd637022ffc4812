/** A sparse vector: ascending unique dimensions (unsigned 32-bit) and their weights. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** Sorts by dimension. Both lists must have the same length and no repeated dimensions. */
export function prepareSparseVector(indices: readonly number[], values: readonly number[]): SparseVector {
  const order = indices.map((_, position) => position);
  order.sort((left, right) => (indices[left] ?? 0) - (indices[right] ?? 0));
  return {
    indices: Uint32Array.from(order, (position) => indices[position] ?? 0),
    values: Float32Array.from(order, (position) => values[position] ?? 0),
  };
}

/** The points that have a weight in one dimension. */
class Posting {
  slots = new Uint32Array(2);
  weights = new Float32Array(2);
  length = 0;

  add(slot: number, weight: number): void {
    if (this.length === this.slots.length) {
      const slots = new Uint32Array(this.length * 2);
      const weights = new Float32Array(this.length * 2);
      slots.set(this.slots);
      weights.set(this.weights);
      this.slots = slots;
      this.weights = weights;
    }
    this.slots[this.length] = slot;
    this.weights[this.length] = weight;
    this.length++;
  }

  /** Removes the entry at a position. The last entry takes its place; returns its slot, or undefined when it was the last. */
  removeAt(position: number): number | undefined {
    this.length--;
    if (position === this.length) {
      return undefined;
    }
    const moved = this.slots[this.length] ?? 0;
    this.slots[position] = moved;
    this.weights[position] = this.weights[this.length] ?? 0;
    return moved;
  }
}

/** The sparse vectors of one name, with an inverted index from dimension to points. */
export class SparseVectors {
  private readonly vectors: (SparseVector | undefined)[] = [];
  /** For each dimension of a slot's vector, the position of its entry in the posting, so that nothing is searched. */
  private readonly positions: (Uint32Array | undefined)[] = [];
  private readonly postings = new Map<number, Posting>();
  /** Number of vectors stored, empty ones included. */
  count = 0;
  /** Number of vectors with at least one dimension: N of the inverse document frequency. */
  private indexedCount = 0;

  has(slot: number): boolean {
    return this.vectors[slot] !== undefined;
  }

  get(slot: number): SparseVector | undefined {
    return this.vectors[slot];
  }

  /** Stores a prepared vector. The slot's previous vector must already have been removed. */
  set(slot: number, vector: SparseVector): void {
    this.vectors[slot] = vector;
    this.count++;
    this.indexedCount += vector.indices.length > 0 ? 1 : 0;
    const positions = new Uint32Array(vector.indices.length);
    this.positions[slot] = positions;
    vector.indices.forEach((dimension, position) => {
      let posting = this.postings.get(dimension);
      if (posting === undefined) {
        posting = new Posting();
        this.postings.set(dimension, posting);
      }
      positions[position] = posting.length;
      posting.add(slot, vector.values[position] ?? 0);
    });
  }

  /** Removes the vectors of these slots. The time depends on their dimensions, not on the number of vectors stored. */
  removeAll(slots: Iterable<number>): void {
    for (const slot of slots) {
      const vector = this.vectors[slot];
      if (vector !== undefined) {
        vector.indices.forEach((dimension, index) => this.removeEntry(dimension, this.positions[slot]?.[index] ?? 0));
        this.vectors[slot] = undefined;
        this.positions[slot] = undefined;
        this.count--;
        this.indexedCount -= vector.indices.length > 0 ? 1 : 0;
      }
    }
  }

  private removeEntry(dimension: number, position: number): void {
    const posting = this.postings.get(dimension);
    const moved = posting?.removeAt(position);
    if (posting?.length === 0) {
      this.postings.delete(dimension);
    }
    const indices = moved === undefined ? undefined : this.vectors[moved]?.indices;
    const positions = moved === undefined ? undefined : this.positions[moved];
    if (indices !== undefined && positions !== undefined) {
      positions[indexOfDimension(indices, dimension)] = position;
    }
  }

  /** Inverse document frequency of a dimension as Qdrant computes it: ln((N - df + 0.5) / (df + 0.5) + 1). */
  inverseDocumentFrequency(dimension: number): number {
    const frequency = this.postings.get(dimension)?.length ?? 0;
    return Math.fround(Math.log((this.indexedCount - frequency + 0.5) / (frequency + 0.5) + 1));
  }

  /**
   * Dot products with every vector that shares a dimension with the query.
   *
   * @param useInverseDocumentFrequency weigh each dimension of the query with it (the `idf` modifier)
   * @param take called with each candidate slot and its score
   */
  score(
    query: SparseVector,
    useInverseDocumentFrequency: boolean,
    isCandidate: ((slot: number) => boolean) | undefined,
    take: (slot: number, score: number) => void,
  ): void {
    const sums = new Float64Array(this.vectors.length);
    const isFound = new Uint8Array(this.vectors.length);
    const found: number[] = [];
    query.indices.forEach((dimension, position) => {
      const posting = this.postings.get(dimension);
      if (posting === undefined) {
        return;
      }
      const factor = useInverseDocumentFrequency ? this.inverseDocumentFrequency(dimension) : 1;
      const weight = (query.values[position] ?? 0) * factor;
      for (let index = 0; index < posting.length; index++) {
        const slot = posting.slots[index] ?? 0;
        if (isFound[slot] !== 1) {
          isFound[slot] = 1;
          found.push(slot);
        }
        sums[slot]! += weight * (posting.weights[index] ?? 0);
      }
    });
    for (const slot of found) {
      if (isCandidate === undefined || isCandidate(slot)) {
        take(slot, Math.fround(sums[slot]!));
      }
    }
  }
}

/** Position of a dimension in ascending dimensions that contain it. */
function indexOfDimension(indices: Uint32Array, dimension: number): number {
  let from = 0;
  let to = indices.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((indices[middle] ?? 0) < dimension) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}
