import { byteProducts } from './byteProducts';
import { dotProducts } from './dotProducts';
import { roundRows } from './roundRows';
import { moduleOf } from './wasmAssembly';

/** The part of the standard that is used here: the types of Node.js do not declare it. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Positions are in bytes. */
type Products = (query: number, rows: number, count: number, strideInBytes: number, out: number) => void;

interface Functions {
  readonly dotProducts: Products;
  readonly byteProducts: Products;
  readonly roundRows: (bytes: number, rows: number, count: number, strideInBytes: number, out: number) => void;
}

declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { host: { memory: WasmMemory } }) => { exports: Functions };
};

let compiled: object | undefined;

const pageSize = 65536;

/** One memory has at most 1 GiB, so that views of it stay below the limits of all versions of Node.js. */
const mostPages = 16384;

/**
 * At the start of each memory: a query of 32-bit floats, the results of one call, the query in 16-bit integers, and the
 * results with it. Qdrant's largest dimension is 65,536.
 */
const mostResults = 1024;
const resultsAt = 65536 * 4;
const roundedQueryAt = resultsAt + mostResults * 4;
const roundedResultsAt = roundedQueryAt + 65536 * 2;
const firstFree = Math.ceil((roundedResultsAt + mostResults * 4) / pageSize) * pageSize;

class Memory {
  private readonly memory = new WebAssembly.Memory({ initial: firstFree / pageSize, maximum: mostPages });
  readonly functions: Functions;
  private end = firstFree;
  private view: Float32Array;

  constructor() {
    compiled ??= new WebAssembly.Module(moduleOf([dotProducts, byteProducts, roundRows]));
    this.functions = new WebAssembly.Instance(compiled, { host: { memory: this.memory } }).exports;
    this.view = new Float32Array(this.memory.buffer);
  }

  /** All numbers. A memory that grows gets a new buffer; views of the old one become empty. */
  get floats(): Float32Array {
    if (this.view.length === 0 || this.view.buffer !== this.memory.buffer) {
      this.view = new Float32Array(this.memory.buffer);
    }
    return this.view;
  }

  /**
   * Position of `size` new bytes, all zero; undefined when the memory is full.
   *
   * @param following how many bytes will soon be asked for after these
   */
  extend(size: number, following: number): number | undefined {
    const missing = Math.ceil((this.end + size - this.memory.buffer.byteLength) / pageSize);
    if (missing > 0) {
      const pages = this.memory.buffer.byteLength / pageSize;
      if (pages + missing > mostPages) {
        return undefined;
      }
      // Grown in large steps, because each one replaces the views.
      const expected = missing + Math.ceil(following / pageSize);
      this.memory.grow(Math.min(mostPages - pages, Math.max(expected, pages >> 3)));
    }
    this.end += size;
    return this.end - size;
  }
}

/** Rows of 32-bit floats at a fixed place of a memory, and behind them rows of bytes if there is room for them. */
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
    const rows = this.position + firstRow * stride * 4;
    this.memory.functions.dotProducts(0, rows, count, stride * 4, resultsAt);
    return this.memory.floats.subarray(resultsAt / 4, resultsAt / 4 + count);
  }

  /**
   * Rounds rows of floats to bytes: the largest number of a row becomes 127 or -127.
   *
   * @param count at most 1,024
   * @param stride numbers of a row, a multiple of four
   * @param bytes position of the first row of bytes in this block; each row takes a multiple of 64
   * @returns the absolute value of the largest number of each row: a view that is valid until the next call
   */
  roundRows(firstRow: number, count: number, stride: number, bytes: number): Float32Array {
    const rows = this.position + firstRow * stride * 4;
    this.memory.functions.roundRows(this.position + bytes, rows, count, stride * 4, resultsAt);
    return this.memory.floats.subarray(resultsAt / 4, resultsAt / 4 + count);
  }

  /** Copies a query of 16-bit integers to where `byteProducts` reads it. */
  writeRoundedQuery(query: Int16Array): void {
    new Int16Array(this.memory.floats.buffer, roundedQueryAt, query.length).set(query);
  }

  /**
   * Dot products of the written query of 16-bit integers with rows of bytes.
   *
   * @param bytes position of the first row in this block
   * @param stride numbers of a row, a multiple of 64
   * @returns a view of the results, which is valid until the next call
   */
  byteProducts(bytes: number, count: number, stride: number): Int32Array {
    this.memory.functions.byteProducts(roundedQueryAt, this.position + bytes, count, stride, roundedResultsAt);
    return new Int32Array(this.memory.floats.buffer, roundedResultsAt, count);
  }
}

const memories: Memory[] = [];
const released = new Map<number, VectorBlock[]>();

/**
 * A block of zeros.
 *
 * @param size in bytes, a multiple of 16 and less than 1 GiB
 * @param following how many bytes will soon be asked for after these: then the memory grows once
 * @throws RangeError when the machine has no more memory
 */
export function allocateBlock(size: number, following = 0): VectorBlock {
  const reused = released.get(size)?.pop();
  if (reused !== undefined) {
    reused.floats.fill(0);
    return reused;
  }
  const last = memories.at(-1);
  const position = last?.extend(size, following);
  if (last !== undefined && position !== undefined) {
    return new VectorBlock(last, position, size);
  }
  memories.push(new Memory());
  return allocateBlock(size, following);
}

/** Gives a block back. It must not be used any more. */
export function releaseBlock(block: VectorBlock): void {
  const blocks = released.get(block.size) ?? [];
  released.set(block.size, blocks);
  blocks.push(block);
}
