import { open } from 'node:fs/promises';

const BLOCK_LENGTH = 8 * 1024 * 1024;

/** A block of a file that starts at a record's start. */
export interface RecordBlock {
  /** Valid only during the call: the next block is read into the same memory. */
  bytes: Buffer;
  /** Byte offset of the block in the file. */
  offset: number;
  atEnd: boolean;
}

/**
 * Reads a local file in blocks. `use` returns how many bytes it consumed; the next block starts with the rest, so each block
 * starts with a record. Memory: a block and a record, or twice the longest record.
 */
export async function readRecordBlocks(
  file: string,
  use: (block: RecordBlock) => Promise<number> | number,
): Promise<void> {
  const handle = await open(file, 'r');
  try {
    let block: Buffer = Buffer.allocUnsafe(BLOCK_LENGTH);
    let rest = 0;
    let offset = 0;
    for (;;) {
      // Doubling the block makes the time for one giant record linear, not quadratic.
      if (rest > block.length / 2) {
        const larger = Buffer.allocUnsafe(2 * block.length);
        block.copy(larger, 0, 0, rest);
        block = larger;
      }
      let filled = rest;
      while (filled < block.length) {
        const { bytesRead } = await handle.read(block, filled, block.length - filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      const atEnd = filled < block.length;
      const consumed = await use({ bytes: block.subarray(0, filled), offset, atEnd });
      if (atEnd) return;
      block.copyWithin(0, consumed, filled);
      rest = filled - consumed;
      offset += consumed;
    }
  } finally {
    await handle.close();
  }
}
