import { bytesOf } from '../memory/columns';
import type { SlotSums } from '../memory/slotSums';
import type { Sections } from '../snapshot/sections';
import type { SparseVector } from './sparseVectors';

/** Entries are numbered below this while they are sorted, so that dimension and number fit into 53 bits. */
const mostEntries = 2 ** 21;

/**
 * The inverted index of one block of slots as it is in the snapshot: reading a million vectors back must not sort their
 * entries again. It never changes; who uses it knows which rows are current.
 */
export class BlockPostings {
  private constructor(
    private readonly from: number,
    /** Ascending. */
    private readonly dimensions: Uint32Array,
    /** Where the entries of each dimension start; then where the last ones end. */
    private readonly starts: Uint32Array,
    private readonly rows: Uint16Array,
    private readonly weights: Float32Array,
  ) {}

  /** The index of the vectors of a block by row; undefined when they have too many dimensions to be sorted. */
  static pack(vectors: readonly (SparseVector | undefined)[]): BlockPostings | undefined {
    const count = vectors.reduce((sum, vector) => sum + (vector?.indices.length ?? 0), 0);
    if (count > mostEntries) {
      return undefined;
    }
    const order = new Float64Array(count);
    const rowOf = new Uint16Array(count);
    const weightOf = new Float32Array(count);
    let entry = 0;
    vectors.forEach((vector, row) =>
      vector?.indices.forEach((dimension, index) => {
        order[entry] = dimension * mostEntries + entry;
        rowOf[entry] = row;
        weightOf[entry] = vector.values[index]!;
        entry++;
      }),
    );
    order.sort();
    const dimensions: number[] = [];
    const starts: number[] = [];
    const rows = new Uint16Array(count);
    const weights = new Float32Array(count);
    order.forEach((key, index) => {
      const dimension = Math.floor(key / mostEntries);
      const sorted = key % mostEntries;
      if (dimension !== dimensions.at(-1)) {
        dimensions.push(dimension);
        starts.push(index);
      }
      rows[index] = rowOf[sorted]!;
      weights[index] = weightOf[sorted]!;
    });
    starts.push(count);
    return new BlockPostings(0, Uint32Array.from(dimensions), Uint32Array.from(starts), rows, weights);
  }

  /** One part: the number of dimensions and of entries, then the four lists, those of wider numbers first. */
  save(sections: Sections, name: string): void {
    const counts = Uint32Array.of(this.dimensions.length, this.rows.length);
    const lists = [counts, this.dimensions, this.starts, this.weights, this.rows];
    sections.setPart({ name: `postings ${name}`, pieces: [Buffer.concat(lists.map(bytesOf))], isReadAtStart: true });
  }

  /** The index of a block whose first slot is `from`; undefined when the block was saved without one. */
  static restore(sections: Sections, name: string, from: number): BlockPostings | undefined {
    if (!sections.hasPart(`postings ${name}`)) {
      return BlockPostings.restoreFirstFormat(sections, name, from);
    }
    const { buffer, byteOffset } = sections.part(`postings ${name}`)[0]!();
    const [dimensionCount = 0, count = 0] = new Uint32Array(buffer, byteOffset, 2);
    const dimensions = new Uint32Array(buffer, byteOffset + 8, dimensionCount);
    const starts = new Uint32Array(buffer, dimensions.byteOffset + dimensions.byteLength, dimensionCount + 1);
    const weights = new Float32Array(buffer, starts.byteOffset + starts.byteLength, count);
    const rows = new Uint16Array(buffer, weights.byteOffset + weights.byteLength, count);
    return new BlockPostings(from, dimensions, starts, rows, weights);
  }

  /** The lists were sections, and rows had 32 bits. */
  private static restoreFirstFormat(sections: Sections, name: string, from: number): BlockPostings | undefined {
    if (!sections.has(`postings ${name}`)) {
      return undefined;
    }
    const [dimensionCount = 0, count = 0] = sections.unsigned(`postings ${name}`, 2);
    return new BlockPostings(
      from,
      sections.unsigned(`posting dimensions ${name}`, dimensionCount),
      sections.unsigned(`posting starts ${name}`, dimensionCount + 1),
      Uint16Array.from(sections.unsigned(`posting rows ${name}`, count)),
      sections.floats32(`posting weights ${name}`, count),
    );
  }

  /** @param at position of a dimension as `find` gives it */
  countAt(at: number): number {
    return at < 0 ? 0 : this.starts[at + 1]! - this.starts[at]!;
  }

  /** Adds the weight of each current point of the dimension at a position, times a factor, to the sum of its slot. */
  addTo(sums: SlotSums, at: number, factor: number, isCurrent: Uint8Array): void {
    if (at < 0) {
      return;
    }
    const { from, rows, weights } = this;
    const end = this.starts[at + 1]!;
    for (let index = this.starts[at]!; index < end; index++) {
      const slot = from + rows[index]!;
      if (isCurrent[slot] === 1) {
        sums.add(slot, factor * weights[index]!);
      }
    }
  }

  /** Position of a dimension by bisection; -1 when no row has it. */
  find(dimension: number): number {
    let from = 0;
    let to = this.dimensions.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.dimensions[middle]! < dimension) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return this.dimensions[from] === dimension ? from : -1;
  }
}
