import { open } from 'node:fs/promises';

const BLOCK_LENGTH = 8 * 1024 * 1024;

/** A piece of a file that starts at a record's start. */
export interface RecordBlock {
  bytes: Buffer;
  /** Byte offset of the block in the file. */
  offset: number;
  atEnd: boolean;
}

/**
 * Reads a local file in blocks. `use` returns how many bytes it consumed; the rest comes again at the start of the next
 * block, so each block starts where a record does. Memory: two blocks, or twice the longest record where that is more.
 */
export async function readRecordBlocks(
  file: string,
  use: (block: RecordBlock) => Promise<number> | number,
): Promise<void> {
  const handle = await open(file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (;;) {
      // Reading as much again as is left over keeps one giant record linear, not quadratic.
      const block = Buffer.allocUnsafe(rest.length + Math.max(BLOCK_LENGTH, rest.length));
      rest.copy(block);
      let filled = rest.length;
      while (filled < block.length) {
        const { bytesRead } = await handle.read(block, filled, block.length - filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      const atEnd = filled < block.length;
      const bytes = block.subarray(0, filled);
      const consumed = await use({ bytes, offset, atEnd });
      if (atEnd) return;
      rest = bytes.subarray(consumed);
      offset += consumed;
    }
  } finally {
    await handle.close();
  }
}
