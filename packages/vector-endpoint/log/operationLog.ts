import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { syncDirectoryOf } from './durableFile';

const magic = Buffer.from('PXVLOG01');

/** Begins a log that continues a snapshot. Then comes the number of the snapshot's last operation, as a 64-bit float. */
const continuationMagic = Buffer.from('PXVLOG02');
const continuationLength = 16;
const frameLength = 8;

function continuationHeader(sequence: number): Buffer {
  const header = Buffer.alloc(continuationLength);
  continuationMagic.copy(header);
  header.writeDoubleLE(sequence, magic.length);
  return header;
}

function frame(record: Buffer): Buffer {
  const header = Buffer.alloc(frameLength);
  header.writeUInt32LE(record.length, 0);
  header.writeUInt32LE(crc32(record), 4);
  return header;
}

function writeFully(file: number, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
}

function readFully(file: number, length: number, position: number): Buffer {
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

/** How much of a log has been read, in bytes. */
export interface ReadProgress {
  readonly readBytes: number;
  readonly totalBytes: number;
}

/**
 * An append-only file of records, each framed by its length and CRC-32. A record is in the file before `append`
 * returns, so it survives a crash of the process; `flush` makes it survive a crash of the machine.
 */
export class OperationLog {
  private hasUnflushed = false;

  private constructor(
    private readonly path: string,
    private file: number,
    private bytes: number,
    /** The log contains the operations after this one; those up to it are in a snapshot. 0 without a snapshot. */
    readonly base: number,
  ) {}

  /** Length of the file in bytes. */
  get length(): number {
    return this.bytes;
  }

  /**
   * Opens or creates a log and passes each complete record to `replay`, in order. Truncates an incomplete record at the
   * end, left by a process that died while writing: it was never acknowledged.
   *
   * @throws Error when the file is not a log, or is damaged anywhere but at its end
   */
  static open(path: string, replay: (record: Buffer, progress: ReadProgress) => void): OperationLog {
    rmSync(compactingPath(path), { force: true });
    if (!existsSync(path)) {
      const created = openSync(path, 'wx+');
      writeFully(created, magic, 0);
      return new OperationLog(path, created, magic.length, 0);
    }
    const file = openSync(path, 'r+');
    try {
      const { start, base } = readHeader(path, file);
      const end = replayRecords(path, file, start, replay);
      ftruncateSync(file, end);
      return new OperationLog(path, file, end, base);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Appends a record. When the write fails, the file is restored to its previous length and the error is thrown. */
  append(record: Buffer): void {
    try {
      writeFully(this.file, frame(record), this.bytes);
      writeFully(this.file, record, this.bytes + frameLength);
    } catch (error) {
      ftruncateSync(this.file, this.bytes);
      throw error;
    }
    this.bytes += frameLength + record.length;
    this.hasUnflushed = true;
  }

  /** Flushes appended records to disk. */
  flush(): void {
    if (this.hasUnflushed) {
      fsyncSync(this.file);
      this.hasUnflushed = false;
    }
  }

  /** Replaces the log with these records, atomically: a crash leaves the old log or the new one. */
  rewrite(records: Iterable<Buffer>): void {
    this.replace(function* () {
      yield magic;
      for (const record of records) {
        yield frame(record);
        yield record;
      }
    });
  }

  /**
   * Drops the operations that a durable snapshot contains, atomically.
   *
   * @param sequence number of the last operation of the snapshot
   * @param length of the log when that operation was the last one
   * @returns the log to use from now on; this one is closed
   */
  continueAfter(sequence: number, length: number): OperationLog {
    const { file, bytes } = this;
    this.replace(function* () {
      yield continuationHeader(sequence);
      for (let position = length; position < bytes; position += copiedAtOnce) {
        yield readFully(file, Math.min(copiedAtOnce, bytes - position), position);
      }
    });
    return new OperationLog(this.path, this.file, this.bytes, sequence);
  }

  private replace(contents: () => Iterable<Buffer>): void {
    const replacement = openSync(compactingPath(this.path), 'w+');
    let length = 0;
    try {
      for (const bytes of contents()) {
        writeFully(replacement, bytes, length);
        length += bytes.length;
      }
      fsyncSync(replacement);
    } finally {
      closeSync(replacement);
    }
    // Windows cannot rename over an open file.
    closeSync(this.file);
    try {
      renameSync(compactingPath(this.path), this.path);
      this.bytes = length;
      this.hasUnflushed = false;
    } finally {
      this.file = openSync(this.path, 'r+');
    }
    syncDirectoryOf(this.path);
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

const compactingPath = (path: string) => `${path}.compacting`;

const copiedAtOnce = 4 * 1024 * 1024;

/** Where the records start, and the operation that they follow. Completes the header of a log whose creation was interrupted. */
function readHeader(path: string, file: number): { start: number; base: number } {
  const size = fstatSync(file).size;
  const header = readFully(file, Math.min(size, continuationLength), 0);
  const start = header.subarray(0, magic.length);
  if (header.length === continuationLength && start.equals(continuationMagic)) {
    return { start: continuationLength, base: header.readDoubleLE(magic.length) };
  }
  if (size < magic.length && magic.subarray(0, size).equals(start)) {
    writeFully(file, magic, 0);
    return { start: magic.length, base: 0 };
  }
  if (!start.equals(magic)) {
    throw new Error(`${path} is not an operation log of this version: expected it to begin with ${magic.toString()}`);
  }
  return { start: magic.length, base: 0 };
}

/** Reads all complete records and returns the offset at which the last one ends. */
function replayRecords(
  path: string,
  file: number,
  start: number,
  replay: (record: Buffer, progress: ReadProgress) => void,
): number {
  const size = fstatSync(file).size;
  let position = start;
  while (position + frameLength <= size) {
    const header = readFully(file, frameLength, position);
    const recordLength = header.readUInt32LE(0);
    const end = position + frameLength + recordLength;
    if (end > size) {
      break;
    }
    const record = readFully(file, recordLength, position + frameLength);
    if (recordLength === 0 || crc32(record) !== header.readUInt32LE(4)) {
      if (end === size || isZero(file, position, size)) {
        break;
      }
      throw new Error(
        `${path} is damaged at byte ${position} of ${size}: the record there does not match its checksum and is not ` +
          'the last one. Restore the file, or delete the data folder and load the collection again.',
      );
    }
    replay(record, { readBytes: end, totalBytes: size });
    position = end;
  }
  return position;
}

/** After a crash of the machine, the last blocks of the file can be zeros. */
function isZero(file: number, from: number, to: number): boolean {
  return readFully(file, to - from, from).every((byte) => byte === 0);
}
