import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { syncDirectoryOf } from './durableFile';
import { upgradeLog } from './earlierLogs';
import { readFully, writeFlushed, writeFully } from './fileBytes';
import { damagedLog, isUnwritten, keepEnd, type RemovedEnd } from './incompleteEnd';
import {
  baseOf,
  frame,
  frameHeadLength,
  frameTailLength,
  headerLength,
  isOfThisVersion,
  logHeader,
  recordLengthOf,
} from './logFormat';

/** How much of a log has been read, in bytes. */
export interface ReadProgress {
  readonly readBytes: number;
  readonly totalBytes: number;
}

/**
 * An append-only file of records with checksums (`logFormat.ts`). A record is in the file before `append` returns, so it
 * survives a crash of the process; `flush` makes it survive a crash of the machine.
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

  /** Creates the log of a new collection. */
  static create(path: string): OperationLog {
    writeFlushed(path, [logHeader(0)]);
    return new OperationLog(path, openSync(path, 'r+'), headerLength, 0);
  }

  /**
   * Opens a log and passes each record to `replay`, in order. Removes an incomplete record at the end, left by a process
   * that died while it was writing, and keeps its bytes in a file beside the log: it was never acknowledged. A log of an
   * earlier version is rewritten first.
   *
   * @param removed called with the incomplete record
   * @throws Error when the file is missing, not a log, or damaged anywhere else; it is left as it is then
   */
  static open(
    path: string,
    replay: (record: Buffer, progress: ReadProgress) => void,
    removed: (end: RemovedEnd) => void = () => {},
  ): OperationLog {
    rmSync(compactingPath(path), { force: true });
    if (!existsSync(path)) {
      throw new Error(`${path} is missing. Restore the file, or delete the data folder and load the collection again.`);
    }
    const incomplete = upgradeLog(path, compactingPath(path));
    if (incomplete !== undefined) {
      removed(incomplete);
    }
    const file = openSync(path, 'r+');
    try {
      const size = fstatSync(file).size;
      const base = readHeader(path, file, size);
      const end = replayRecords(path, file, size, replay);
      if (end < size) {
        removed(keepEnd(path, file, end, size));
        ftruncateSync(file, end);
      }
      return new OperationLog(path, file, end, base);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Appends a record. When the write fails, the file is restored to its previous length and the error is thrown. */
  append(record: Buffer): void {
    const framed = frame(record);
    try {
      writeFully(this.file, framed, this.bytes);
    } catch (error) {
      ftruncateSync(this.file, this.bytes);
      throw error;
    }
    this.bytes += framed.length;
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
      yield logHeader(0);
      for (const record of records) {
        yield frame(record);
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
      yield logHeader(sequence);
      for (let position = length; position < bytes; position += copiedAtOnce) {
        yield readFully(file, Math.min(copiedAtOnce, bytes - position), position);
      }
    });
    return new OperationLog(this.path, this.file, this.bytes, sequence);
  }

  private replace(contents: () => Iterable<Buffer>): void {
    const length = writeFlushed(compactingPath(this.path), contents());
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

/** The operation that the log continues after. */
function readHeader(path: string, file: number, size: number): number {
  const header = readFully(file, headerLength, 0);
  if (!isOfThisVersion(header)) {
    throw new Error(
      `${path} is not an operation log of this version: expected it to begin with ${logHeader(0).toString('latin1', 0, 8)}`,
    );
  }
  const base = baseOf(header);
  if (base === undefined) {
    throw damagedLog(path, 0, size, 'the header there does not match its checksum');
  }
  return base;
}

/** Reads all complete records and returns the offset at which the last one ends. */
function replayRecords(
  path: string,
  file: number,
  size: number,
  replay: (record: Buffer, progress: ReadProgress) => void,
): number {
  let position = headerLength;
  while (position + frameHeadLength <= size) {
    const length = recordLengthOf(readFully(file, frameHeadLength, position));
    if (length === undefined) {
      if (!isUnwritten(file, position, position + frameHeadLength, size)) {
        throw damagedLog(path, position, size, 'the length of the record there does not match its checksum');
      }
      return position;
    }
    const end = position + frameHeadLength + length + frameTailLength;
    if (end > size) {
      return position;
    }
    const framed = readFully(file, length + frameTailLength, position + frameHeadLength);
    const record = framed.subarray(0, length);
    if (crc32(record) !== framed.readUInt32LE(length)) {
      if (!isUnwritten(file, position, end, size)) {
        throw damagedLog(path, position, size, 'the record there does not match its checksum');
      }
      return position;
    }
    replay(record, { readBytes: end, totalBytes: size });
    position = end;
  }
  return position;
}
