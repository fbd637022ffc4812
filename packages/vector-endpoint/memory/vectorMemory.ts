import { createDotProducts, type DotProducts, type WasmMemory } from './dotProducts';

const pageSize = 65536;

/** One memory has at most 1 GiB, so that views of it stay below the limits of all versions of Node.js. */
const mostPages = 16384;

/** The query and the results of one call are at the start of each memory. Qdrant's largest dimension is 65,536. */
const querySize = 65536 * 4;
const mostResults = 1024;
const firstFree = Math.ceil((querySize + mostResults * 4) / pageSize) * pageSize;

class Memory {
  private readonly memory: WasmMemory;
  readonly dotProducts: DotProducts;
  private end = firstFree;
  private view: Float32Array;

  constructor() {
    const { memory, dotProducts } = createDotProducts({ initial: firstFree / pageSize, maximum: mostPages });
    this.memory = memory;
    this.dotProducts = dotProducts;
    this.view = new Float32Array(memory.buffer);
  }

  /** All numbers. A memory that grows gets a new buffer; views of the old one become empty. */
  get floats(): Float32Array {
    if (this.view.length === 0 || this.view.buffer !== this.memory.buffer) {
      this.view = new Float32Array(this.memory.buffer);
    }
    return this.view;
  }

  /** Position of `size` new bytes, all zero; undefined when the memory is full. */
  extend(size: number): number | undefined {
    const missing = Math.ceil((this.end + size - this.memory.buffer.byteLength) / pageSize);
    if (missing > 0) {
      const pages = this.memory.buffer.byteLength / pageSize;
      if (pages + missing > mostPages) {
        return undefined;
      }
      // Grown in large steps, because each one replaces the views.
      this.memory.grow(Math.min(mostPages - pages, Math.max(missing, pages >> 3)));
    }
    this.end += size;
    return this.end - size;
  }
}

/** Rows of 32-bit floats at a fixed place of a memory. */
export class VectorBlock {
  constructor(
    private readonly memory: Memory,
    private readonly position: number,
    readonly size: number,
  ) {}

  /** A view of all numbers, which is valid until the next block is allocated. */
  get floats(): Float32Array {
    return this.memory.floats.subarray(this.position / 4, (this.position + this.size) / 4);
  }

  /** Copies a query to where `dotProducts` of this block and of those that share its memory read it. */
  writeQuery(query: Float32Array): void {
    this.memory.floats.set(query, 0);
  }

  isInMemoryOf(other: VectorBlock): boolean {
    return this.memory === other.memory;
  }

  /**
   * Dot products of the written query with rows of this block.
   *
   * @param stride numbers of a row, a multiple of four
   * @returns a view of the results, which is valid until the next call
   */
  dotProducts(firstRow: number, count: number, stride: number): Float32Array {
    this.memory.dotProducts(0, this.position + firstRow * stride * 4, count, stride * 4, querySize);
    return this.memory.floats.subarray(querySize / 4, querySize / 4 + count);
  }
}

const memories: Memory[] = [];
const released = new Map<number, VectorBlock[]>();

/**
 * A block of zeros.
 *
 * @param size in bytes, a multiple of 16 and less than 1 GiB
 * @throws RangeError when the machine has no more memory
 */
export function allocateBlock(size: number): VectorBlock {
  const reused = released.get(size)?.pop();
  if (reused !== undefined) {
    reused.floats.fill(0);
    return reused;
  }
  const last = memories.at(-1);
  const position = last?.extend(size);
  if (last !== undefined && position !== undefined) {
    return new VectorBlock(last, position, size);
  }
  memories.push(new Memory());
  return allocateBlock(size);
}

/** Gives a block back. It must not be used any more. */
export function releaseBlock(block: VectorBlock): void {
  const blocks = released.get(block.size) ?? [];
  released.set(block.size, blocks);
  blocks.push(block);
}
