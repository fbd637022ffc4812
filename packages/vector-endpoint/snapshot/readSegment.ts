import { closeSync, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { readFully } from '../log/fileBytes';
import { damagedSnapshot } from './manifest';
import type { BlockEntry, Extent, SegmentEntry } from './segmentFile';

/** As much as the caches of a processor hold, so that the checksum does not wait for the memory. */
const checkedAtOnce = 512 * 1024;

async function fill(file: FileHandle, target: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      throw new Error(`the file ends at byte ${position + done}`);
    }
    done += bytesRead;
  }
}

function compareChecksum(crc: number, extent: Extent): void {
  if (crc !== extent.crc) {
    throw new Error(`the part at byte ${extent.position} does not match its checksum`);
  }
}

/** Reads a part of a file into a buffer. Throws when the file is shorter or the checksum differs. */
export async function readExtent(file: FileHandle, extent: Extent, target: Buffer): Promise<void> {
  if (target.length !== extent.length) {
    throw new Error(`the part at byte ${extent.position} has ${extent.length} bytes instead of ${target.length}`);
  }
  await fill(file, target, extent.position);
  compareChecksum(crc32(target), extent);
}

/** Memory that is used again: new memory costs more time than reading a file into it. */
export class ReadBuffer {
  private buffer = Buffer.alloc(0);

  /** A buffer at the start of its memory, valid until the next call. */
  ofLength(length: number): Buffer {
    if (length > this.buffer.length) {
      this.buffer = Buffer.allocUnsafeSlow(Math.max(length, checkedAtOnce));
    }
    return this.buffer.subarray(0, length);
  }
}

/** Compares consecutive parts of a file with their checksums, without keeping them. */
export async function checkExtents(file: FileHandle, extents: readonly Extent[], buffer: ReadBuffer): Promise<void> {
  for (let next = 0; next < extents.length;) {
    const together: Extent[] = [];
    let length = 0;
    for (; next < extents.length && length < checkedAtOnce; next++) {
      together.push(extents[next]!);
      length += extents[next]!.length;
    }
    const start = together[0]!.position;
    const bytes = buffer.ofLength(length);
    await fill(file, bytes, start);
    for (const extent of together) {
      const from = extent.position - start;
      compareChecksum(crc32(bytes.subarray(from, from + extent.length)), extent);
    }
  }
}

/**
 * Reads a part that was checked at the start, now that it is needed.
 *
 * @throws Error when the file was changed since then
 */
export function readLater(path: string, extent: Extent): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = readFully(file, extent.length, extent.position);
      if (bytes.length < extent.length) {
        throw new Error(`the file ends at byte ${extent.position + bytes.length}`);
      }
      compareChecksum(crc32(bytes), extent);
      return bytes;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw damagedSnapshot(path, (error as Error).message, error);
  }
}

export async function readDirectory(file: FileHandle, { directory }: SegmentEntry): Promise<BlockEntry[]> {
  const bytes = Buffer.allocUnsafeSlow(directory.length);
  await readExtent(file, directory, bytes);
  return JSON.parse(bytes.toString()) as BlockEntry[];
}
