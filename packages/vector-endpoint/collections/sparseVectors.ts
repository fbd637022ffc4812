import { ByteArena } from '../memory/byteArena';
import { bytesOf, withRoom } from '../memory/columns';
import { SlotSums } from '../memory/slotSums';
import type { Sections } from '../snapshot/sections';
import { BlockPostings } from './blockPostings';
import { rowsPerBlock } from './denseVectors';
import { Posting } from './posting';

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

const bytesPerDimension = 8;

/**
 * The sparse vectors of one name, with an inverted index from dimension to points. The index has two parts: that of the
 * snapshot, packed by block and never changed, and that of the vectors stored since.
 */
export class SparseVectors {
  /** Dimensions and weights of each slot, one list after the other. */
  private readonly vectors = new ByteArena();
  private slotCount = 0;
  private readonly postings = new Map<number, Posting>();
  /** For each dimension of a slot's vector, the position of its entry in the posting, so that nothing is searched. */
  private readonly positions: (Uint32Array | undefined)[] = [];
  private readonly blocks: BlockPostings[] = [];
  /** 1 for slots whose entries in the packed part are current. */
  private isPacked = new Uint8Array(0);
  /** How many entries of a dimension in the packed part are not current any more. */
  private readonly outdatedCounts = new Map<number, number>();
  private readonly sums = new SlotSums();
  /** Number of vectors stored, empty ones included. */
  count = 0;
  /** Number of vectors with at least one dimension: N of the inverse document frequency. */
  private indexedCount = 0;

  has(slot: number): boolean {
    return this.vectors.has(slot);
  }

  /** Views of the stored vector; copy them before the next write. */
  get(slot: number): SparseVector | undefined {
    const entry = this.vectors.get(slot);
    return entry && viewsOf(entry);
  }

  /** Stores a prepared vector. The slot's previous vector must already have been removed. */
  set(slot: number, vector: SparseVector): void {
    const entry = viewsOf(this.vectors.allocate(slot, vector.indices.length * bytesPerDimension));
    entry.indices.set(vector.indices);
    entry.values.set(vector.values);
    this.slotCount = Math.max(this.slotCount, slot + 1);
    this.count++;
    this.indexedCount += vector.indices.length > 0 ? 1 : 0;
    this.index(slot, vector);
  }

  private index(slot: number, vector: SparseVector): void {
    const positions = new Uint32Array(vector.indices.length);
    this.positions[slot] = positions;
    vector.indices.forEach((dimension, index) => {
      let posting = this.postings.get(dimension);
      if (posting === undefined) {
        posting = new Posting();
        this.postings.set(dimension, posting);
      }
      positions[index] = posting.length;
      posting.add(slot, vector.values[index] ?? 0);
    });
  }

  /** Removes the vectors of these slots. The time depends on their dimensions, not on the number of vectors stored. */
  removeAll(slots: Iterable<number>): void {
    for (const slot of slots) {
      const vector = this.get(slot);
      if (vector !== undefined) {
        if (this.isPacked[slot] === 1) {
          vector.indices.forEach((dimension) =>
            this.outdatedCounts.set(dimension, (this.outdatedCounts.get(dimension) ?? 0) + 1),
          );
          this.isPacked[slot] = 0;
        } else {
          vector.indices.forEach((dimension, index) => this.removeEntry(dimension, this.positions[slot]?.[index] ?? 0));
          this.positions[slot] = undefined;
        }
        this.vectors.remove(slot);
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
    const indices = moved === undefined ? undefined : this.get(moved)?.indices;
    const positions = moved === undefined ? undefined : this.positions[moved];
    if (indices !== undefined && positions !== undefined) {
      positions[indexOfDimension(indices, dimension)] = position;
    }
  }

  /** Inverse document frequency of a dimension as Qdrant computes it: ln((N - df + 0.5) / (df + 0.5) + 1). */
  inverseDocumentFrequency(dimension: number): number {
    return this.weightOfRarity(dimension, this.placesOf(dimension));
  }

  /** Where a dimension is in each block of the packed part. Finding it costs more than reading a rare one. */
  private placesOf(dimension: number): number[] {
    return this.blocks.map((block) => block.find(dimension));
  }

  private weightOfRarity(dimension: number, places: readonly number[]): number {
    const packed = this.blocks.reduce((sum, block, index) => sum + block.countAt(places[index]!), 0);
    const current = packed - (this.outdatedCounts.get(dimension) ?? 0);
    const frequency = current + (this.postings.get(dimension)?.length ?? 0);
    return Math.fround(Math.log((this.indexedCount - frequency + 0.5) / (frequency + 0.5) + 1));
  }

  /**
   * Dot products with every vector that shares a dimension with the query.
   *
   * @param useInverseDocumentFrequency weigh each dimension of the query with it (the `idf` modifier)
   * @param take called with each candidate slot and its score, in any order
   */
  score(
    query: SparseVector,
    useInverseDocumentFrequency: boolean,
    isCandidate: ((slot: number) => boolean) | undefined,
    take: (slot: number, score: number) => void,
  ): void {
    const { sums } = this;
    sums.makeRoom(this.slotCount);
    query.indices.forEach((dimension, position) => {
      const places = this.placesOf(dimension);
      const factor = useInverseDocumentFrequency ? this.weightOfRarity(dimension, places) : 1;
      const weight = (query.values[position] ?? 0) * factor;
      this.postings.get(dimension)?.addTo(sums, weight);
      this.blocks.forEach((block, index) => block.addTo(sums, places[index]!, weight, this.isPacked));
    });
    sums.takeAll((slot, sum) => {
      if (isCandidate === undefined || isCandidate(slot)) {
        take(slot, Math.fround(sum));
      }
    });
  }

  /** The vectors of a block of slots and their part of the inverted index, for the snapshot. */
  save(sections: Sections, name: string, from: number, to: number): void {
    sections.set(`sparse lengths ${name}`, bytesOf(this.vectors.lengthsOf(from, to)));
    sections.setPart({ name: `sparse ${name}`, pieces: [this.vectors.entriesOf(from, to)], isReadAtStart: false });
    BlockPostings.pack(Array.from({ length: to - from }, (_, row) => this.get(from + row)))?.save(sections, name);
  }

  makeRoom(slotCount: number): void {
    this.vectors.makeRoom(slotCount);
    this.isPacked = withRoom(this.isPacked, slotCount);
  }

  restore(sections: Sections, name: string, from: number, to: number): void {
    const lengths = sections.unsigned(`sparse lengths ${name}`, to - from);
    this.vectors.adopt(sections.part(`sparse ${name}`), from, lengths, to - from);
    this.slotCount = Math.max(this.slotCount, to);
    const block = BlockPostings.restore(sections, name, from);
    if (block !== undefined) {
      this.blocks.push(block);
      this.isPacked = withRoom(this.isPacked, from + rowsPerBlock);
    }
    for (let row = 0; row < lengths.length; row++) {
      const length = lengths[row]!;
      this.count += length > 0 ? 1 : 0;
      this.indexedCount += length > 1 ? 1 : 0;
      if (length > 0 && block !== undefined) {
        this.isPacked[from + row] = 1;
      } else if (length > 0) {
        this.index(from + row, this.get(from + row)!);
      }
    }
  }
}

function viewsOf(entry: Buffer): SparseVector {
  const count = entry.length / bytesPerDimension;
  return {
    indices: new Uint32Array(entry.buffer, entry.byteOffset, count),
    values: new Float32Array(entry.buffer, entry.byteOffset + count * 4, count),
  };
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
