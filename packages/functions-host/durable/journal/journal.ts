import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../log';
import { journalLine, readLines, replaceFile, writeAll } from './journalFile';
import { journalVersion, type JournalRecord } from './journalRecords';

const smallestCompactionInBytes = 8 * 1024 * 1024;
const growthBeforeCompaction = 4;

export interface JournalOptions {
  /** An existing folder that this process has locked. */
  folder: string;
  /** Wait for the disk at each flush. This survives a power loss too, but is much slower. */
  isSynchronous?: boolean;
  /** Called when a background write fails. After that the journal accepts no more records. */
  onFatal: (thrown: unknown) => void;
  /** Called when an incomplete line at the end of the file was removed. */
  onRemoved?: (message: string) => void;
  /** For tests: compact the file from this size on. */
  compactAtBytes?: number;
}

/**
 * The append-only journal of all orchestrations: one line for each fact, JSON with a checksum. Records are collected and written together at
 * the end of the tick or by `flush()`, whichever comes first. Callers must flush before they act on a fact (write-ahead).
 */
export class Journal {
  private readonly file: string;
  private readonly temporaryFile: string;
  private handle: number | undefined;
  private pending: string[] = [];
  private isFlushPlanned = false;
  private bytes = 0;
  private compactAt: number;
  private failure: Error | undefined;

  constructor(private readonly options: JournalOptions) {
    this.file = path.join(options.folder, 'durable.jsonl');
    this.temporaryFile = `${this.file}.compacting`;
    this.compactAt = options.compactAtBytes ?? smallestCompactionInBytes;
  }

  /**
   * Reads all records into `apply`, then compacts the file to `snapshot()` when that is shorter, and opens it for appending.
   * An incomplete compaction of a crashed host is deleted: the journal that it should have replaced is still complete. A
   * journal of an older version is rewritten with checksums.
   */
  open(apply: (record: JournalRecord) => void, snapshot: () => JournalRecord[]): void {
    fs.rmSync(this.temporaryFile, { force: true });
    let version: number | undefined;
    const { lines, bytes, removed } = readLines(this.file, (line) => {
      const record = line as JournalRecord;
      if (record.t === 'journal') version = record.version;
      apply(record);
    });
    this.bytes = bytes;
    if (removed) {
      this.options.onRemoved?.(
        `the journal ${this.file} ended with ${removed.bytes} bytes of an incomplete line, as after a kill in the middle of ` +
          `a write. They are in ${removed.file} now; nothing was done because of them`,
      );
    }
    const records = snapshot();
    if (lines === records.length && version === journalVersion) this.handle = fs.openSync(this.file, 'a');
    else this.compact(records);
  }

  /** Adds a record; it is on disk after the next `flush()`. */
  append(record: JournalRecord): void {
    this.pending.push(journalLine(record));
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    setImmediate(() => this.flushPlanned());
  }

  /** Writes the appended records. Throws when the write fails; the host can't continue then. */
  flush(): void {
    if (this.failure) throw this.failure;
    if (this.pending.length === 0) return;
    if (this.handle === undefined) throw new Error(`The journal ${this.file} is closed.`);
    const text = this.pending.join('');
    this.pending = [];
    try {
      this.bytes += writeAll(this.handle, text);
      if (this.options.isSynchronous) fs.fdatasyncSync(this.handle);
    } catch (cause) {
      // The file may end with part of a line; records after it would be unreadable.
      this.failure = new Error(
        `The journal ${this.file} can't be written: ${messageOf(cause)}. What it holds is whole: free space on the disk, if it is full, and start the host again.`,
        { cause },
      );
      throw this.failure;
    }
  }

  /** True when the file is much larger than after the last compaction. */
  get hasOutgrown(): boolean {
    return this.bytes > this.compactAt;
  }

  /** Replaces the whole journal with `records`, which must include all facts that were appended so far. */
  compact(records: JournalRecord[]): void {
    this.close();
    const text = records.map(journalLine).join('');
    replaceFile(this.file, this.temporaryFile, text);
    this.handle = fs.openSync(this.file, 'a');
    this.bytes = Buffer.byteLength(text);
    this.compactAt = Math.max(
      this.options.compactAtBytes ?? smallestCompactionInBytes,
      this.bytes * growthBeforeCompaction,
    );
  }

  /** Flushes and closes the file. Nothing can be appended any more. */
  close(): void {
    if (this.handle === undefined) return;
    try {
      this.flush();
    } finally {
      fs.closeSync(this.handle);
      this.handle = undefined;
    }
  }

  private flushPlanned(): void {
    this.isFlushPlanned = false;
    if (this.handle === undefined || this.failure) return;
    try {
      this.flush();
    } catch (thrown) {
      this.options.onFatal(thrown);
    }
  }
}
