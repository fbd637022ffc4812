import { open, type FileHandle } from 'node:fs/promises';
import type { CsvDialect } from './dialect';
import { LongRecordScan, type LongRecord } from './longRecord';

const BLOCK_LENGTH = 8 * 1024 * 1024;

/** Bytes. One record must fit into the engine's read buffer. */
export const LONGEST_RECORD_IN_BYTES = 32 * 1024 * 1024;

/** A block of a file that starts at a record's start. */
export interface RecordBlock {
  /** Valid only during the call: the next block is read into the same memory. */
  bytes: Buffer;
  /** Byte offset of the block in the file. */
  offset: number;
  atEnd: boolean;
}

export interface RecordBlockReader {
  /** Returns how many bytes it consumed; the next block starts with the rest, so each block starts with a record. */
  block(block: RecordBlock): Promise<number> | number;
  /** Instead of a block: a record over `LONGEST_RECORD_IN_BYTES`, which is passed over. */
  longRecord(record: LongRecord): Promise<void> | void;
}

/** Reads a local file in blocks. Memory: a block and the longest allowed record, whatever the length of the records. */
export async function readRecordBlocks(file: string, dialect: CsvDialect, reader: RecordBlockReader): Promise<void> {
  const handle = await open(file, 'r');
  try {
    let block: Buffer = Buffer.allocUnsafe(BLOCK_LENGTH);
    let rest = 0;
    let offset = 0;
    for (;;) {
      // Doubling the block makes the time for one long record linear, not quadratic.
      if (rest > block.length / 2) {
        const larger = Buffer.allocUnsafe(2 * block.length);
        block.copy(larger, 0, 0, rest);
        block = larger;
      }
      const filled = rest + (await fill(handle, block.subarray(rest)));
      const atEnd = filled < block.length;
      const consumed = await reader.block({ bytes: block.subarray(0, filled), offset, atEnd });
      if (atEnd) return;
      if (consumed === 0 && filled > LONGEST_RECORD_IN_BYTES) {
        const passed = await passOver(handle, dialect, block.subarray(0, filled));
        await reader.longRecord({ ...passed.record, offset, head: block.subarray(0, filled) });
        passed.following.copy(block);
        rest = passed.following.length;
        offset += passed.record.length + passed.record.lineEndLength;
        if (passed.atEnd) return;
        continue;
      }
      block.copyWithin(0, consumed, filled);
      rest = filled - consumed;
      offset += consumed;
    }
  } finally {
    await handle.close();
  }
}

/** Reads to the end of the record that starts `head`. `following`: bytes after it that were read, fewer than in a block. */
async function passOver(
  handle: FileHandle,
  dialect: CsvDialect,
  head: Buffer,
): Promise<{ record: Omit<LongRecord, 'offset' | 'head'>; following: Buffer; atEnd: boolean }> {
  const scan = new LongRecordScan(dialect);
  const buffer = Buffer.allocUnsafe(BLOCK_LENGTH);
  for (let block = head; ;) {
    const end = scan.push(block);
    if (end !== undefined) return { record: scan.result(true), following: block.subarray(end), atEnd: false };
    block = buffer.subarray(0, await fill(handle, buffer));
    if (block.length === 0) return { record: scan.result(false), following: block, atEnd: true };
  }
}

/** Reads until the buffer is full or the file ends. Returns the number of bytes read. */
async function fill(handle: FileHandle, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
