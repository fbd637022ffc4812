import { withRoom } from './columns';

const chunkSize = 4 * 1024 * 1024;

/** So that a view of 32-bit numbers can begin at any entry. */
const alignment = 8;

const aligned = (length: number): number => Math.ceil(length / alignment) * alignment;

/** Up to this many bytes of removed entries are not worth a rewrite. */
const acceptedWaste = 4 * chunkSize;

/**
 * Bytes by slot, packed into chunks of some megabytes: a million entries are a few hundred objects. A removed entry
 * leaves a gap; when gaps are more than half of all bytes, the entries are packed again.
 */
export class ByteArena {
  /** A chunk that is read when it is needed is a function. */
  private chunks: (Buffer | (() => Buffer))[] = [];
  private chunkOf = new Uint32Array(0);
  private starts = new Uint32Array(0);
  /** One more than the length of the entry; 0 for a slot without an entry. */
  private lengths = new Uint32Array(0);
  private endOfLast = 0;
  private usedBytes = 0;
  private totalBytes = 0;

  has(slot: number): boolean {
    return (this.lengths[slot] ?? 0) > 0;
  }

  /** A view of the slot's bytes, which is valid until the next write. Starts at a multiple of 8 bytes. */
  get(slot: number): Buffer | undefined {
    const length = this.lengths[slot] ?? 0;
    if (length === 0) {
      return undefined;
    }
    const start = this.starts[slot] ?? 0;
    return this.chunkAt(this.chunkOf[slot] ?? 0).subarray(start, start + length - 1);
  }

  private chunkAt(index: number): Buffer {
    const chunk = this.chunks[index]!;
    return typeof chunk === 'function' ? (this.chunks[index] = chunk()) : chunk;
  }

  /** The slot's bytes as text. */
  textAt(slot: number): string | undefined {
    const length = this.lengths[slot] ?? 0;
    const start = this.starts[slot] ?? 0;
    return length === 0 ? undefined : this.chunkAt(this.chunkOf[slot] ?? 0).toString('utf8', start, start + length - 1);
  }

  /** Length of the slot's entry in bytes; undefined without an entry. */
  lengthAt(slot: number): number | undefined {
    const length = this.lengths[slot] ?? 0;
    return length === 0 ? undefined : length - 1;
  }

  /** Replaces the slot's entry and returns its bytes to be filled. */
  allocate(slot: number, length: number): Buffer {
    this.remove(slot);
    if (this.totalBytes > 2 * this.usedBytes + acceptedWaste) {
      this.pack();
    }
    return this.append(slot, length);
  }

  set(slot: number, bytes: Uint8Array): void {
    this.allocate(slot, bytes.length).set(bytes);
  }

  remove(slot: number): void {
    const length = this.lengthAt(slot);
    if (length !== undefined) {
      this.usedBytes -= aligned(length);
      this.lengths[slot] = 0;
    }
  }

  /**
   * Takes over bytes that contain the entries of consecutive slots, without copying them.
   *
   * @param pieces each gives the bytes of its slots when one of their entries is needed for the first time
   * @param lengths as `lengthsOf` gives them
   * @param slotsPerPiece the last piece may have fewer
   */
  adopt(pieces: readonly (() => Buffer)[], firstSlot: number, lengths: Uint32Array, slotsPerPiece: number): void {
    this.makeRoom(firstSlot + lengths.length);
    this.lengths.set(lengths, firstSlot);
    const { chunkOf, starts } = this;
    pieces.forEach((piece, index) => {
      const chunk = this.chunks.push(piece) - 1;
      const end = Math.min(lengths.length, (index + 1) * slotsPerPiece);
      let position = 0;
      for (let row = index * slotsPerPiece; row < end; row++) {
        const length = lengths[row]!;
        if (length > 0) {
          chunkOf[firstSlot + row] = chunk;
          starts[firstSlot + row] = position;
          position += aligned(length - 1);
        }
      }
      this.usedBytes += position;
      this.totalBytes += position;
    });
    // The next entry needs a new chunk.
    this.endOfLast = Infinity;
  }

  /** For each slot of a range, one more than the length of its entry, or 0. */
  lengthsOf(from: number, to: number): Uint32Array {
    const lengths = new Uint32Array(to - from);
    lengths.set(this.lengths.subarray(from, to));
    return lengths;
  }

  /** The entries of a range of slots one after another, as `adopt` takes them. */
  entriesOf(from: number, to: number): Buffer {
    let total = 0;
    for (let slot = from; slot < to; slot++) {
      total += aligned(this.lengthAt(slot) ?? 0);
    }
    const bytes = Buffer.alloc(total);
    let position = 0;
    for (let slot = from; slot < to; slot++) {
      const entry = this.get(slot);
      if (entry !== undefined) {
        bytes.set(entry, position);
        position += aligned(entry.length);
      }
    }
    return bytes;
  }

  makeRoom(length: number): void {
    this.chunkOf = withRoom(this.chunkOf, length);
    this.starts = withRoom(this.starts, length);
    this.lengths = withRoom(this.lengths, length);
  }

  private append(slot: number, length: number): Buffer {
    this.makeRoom(slot + 1);
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || typeof chunk === 'function' || this.endOfLast + aligned(length) > chunk.length) {
      chunk = Buffer.allocUnsafeSlow(Math.max(chunkSize, aligned(length)));
      this.chunks.push(chunk);
      this.endOfLast = 0;
    }
    const start = this.endOfLast;
    this.chunkOf[slot] = this.chunks.length - 1;
    this.starts[slot] = start;
    this.lengths[slot] = length + 1;
    this.endOfLast += aligned(length);
    this.usedBytes += aligned(length);
    this.totalBytes += aligned(length);
    return chunk.subarray(start, start + length);
  }

  private pack(): void {
    const { chunks, chunkOf, starts, lengths } = this;
    this.chunks = [];
    this.chunkOf = chunkOf.slice();
    this.starts = starts.slice();
    this.usedBytes = 0;
    this.totalBytes = 0;
    this.endOfLast = 0;
    lengths.forEach((length, slot) => {
      if (length > 0) {
        const start = starts[slot] ?? 0;
        const index = chunkOf[slot] ?? 0;
        const chunk = chunks[index]!;
        const bytes = typeof chunk === 'function' ? (chunks[index] = chunk()) : chunk;
        bytes.copy(this.append(slot, length - 1), 0, start, start + length - 1);
      }
    });
  }
}
