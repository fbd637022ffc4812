const slabSize = 64 * 1024 * 1024;
const alignment = 8;

/**
 * Memory for bytes that stay as long as the collection, in few large pieces. They are shared buffers, although nobody
 * shares them: V8 does not count those as a reason to collect garbage, which cost two seconds for a million points.
 */
export class SharedSlabs {
  private slab = new SharedArrayBuffer(0);
  private used = 0;

  /**
   * @param expected upper bound of all bytes that will be allocated, so that few bytes do not take a whole slab
   */
  constructor(private expected: number) {}

  /** New bytes, which begin at a multiple of 8 bytes of their memory. */
  allocate(length: number): Buffer {
    const start = Math.ceil(this.used / alignment) * alignment;
    if (start + length > this.slab.byteLength) {
      this.slab = new SharedArrayBuffer(Math.max(length, Math.min(slabSize, this.expected)));
      this.used = 0;
      return this.allocate(length);
    }
    this.used = start + length;
    this.expected -= length;
    return Buffer.from(this.slab, start, length);
  }
}
