import { syncDirectoryOf } from './durableFile';
import { readFully, writeFlushed } from './fileBytes';

/** Disks and file systems write blocks of this many bytes, or of a multiple of it. */
const blockSize = 4096;

/** Fewer zeros can be part of a record. */
const leastZeros = 8;

const readAtOnce = 64 * 1024;

/** Where the zeros at the end of a file begin. */
function startOfZeros(file: number, from: number, size: number): number {
  let start = size;
  while (start > from) {
    const length = Math.min(readAtOnce, start - from);
    const bytes = readFully(file, length, start - length);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    start -= length - 1 - last;
    if (last >= 0) {
      return start;
    }
  }
  return start;
}

/**
 * True when a part of a file, or its end, was never written: after a crash of the machine, the last blocks of a file can
 * be zeros.
 *
 * @param from where the part begins
 * @param to where it ends
 */
export function isUnwritten(file: number, from: number, to: number, size: number): boolean {
  const zeros = startOfZeros(file, from, size);
  const start = zeros === from ? from : Math.ceil(zeros / blockSize) * blockSize;
  return start < to && size - start >= leastZeros;
}

/** An end of a log that was removed because it is not a complete record. */
export interface RemovedEnd {
  readonly position: number;
  readonly length: number;
  /** Where its bytes are now. */
  readonly keptIn: string;
}

/** Copies the end of a log into a file of its own beside the log. The caller then removes it from the log. */
export function keepEnd(path: string, file: number, position: number, size: number): RemovedEnd {
  const keptIn = `${path}.removed-${new Date().toISOString().replaceAll(':', '-')}`;
  writeFlushed(keptIn, [readFully(file, size - position, position)]);
  syncDirectoryOf(keptIn);
  return { position, length: size - position, keptIn };
}

/** The error of a log with damage that is not an incomplete last record. The log is left as it is. */
export const damagedLog = (path: string, position: number, size: number, reason: string): Error =>
  new Error(
    `${path} is damaged at byte ${position} of ${size}: ${reason}. Nothing was changed. ` +
      'Restore the file, or delete the data folder and load the collection again.',
  );
