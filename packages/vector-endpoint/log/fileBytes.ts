import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { orRemove } from './durableFile';

export function writeFully(file: number, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
}

/** Bytes of a file; fewer than asked for when the file ends before. */
export function readFully(file: number, length: number, position: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, position + done);
    if (count === 0) {
      return bytes.subarray(0, done);
    }
    done += count;
  }
  return bytes;
}

/** Writes a new file, or replaces all of an old one, and flushes it to disk. A failure leaves no file. */
export function writeFlushed(path: string, contents: Iterable<Buffer>): number {
  return orRemove(path, () => {
    const file = openSync(path, 'w');
    let length = 0;
    try {
      for (const bytes of contents) {
        writeFully(file, bytes, length);
        length += bytes.length;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return length;
  });
}
