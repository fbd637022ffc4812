import fs from 'node:fs';
import { crc32 } from 'node:zlib';

/** Writes all of `text`, even if the system needs several calls. */
export function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  while (written < bytes.length) written += fs.writeSync(file, bytes, written);
  return bytes.length;
}

/** A record as a line: JSON, a tab (JSON has none), the CRC-32 of the JSON as eight hexadecimal digits. */
export function journalLine(record: unknown): string {
  const json = JSON.stringify(record);
  return `${json}\t${checksum(json)}\n`;
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}

export interface ReadLines {
  lines: number;
  bytes: number;
  /** Bytes at the end that were not valid, and were moved to a file of their own. */
  damaged?: { bytes: number; file: string };
}

/**
 * Reads the lines of `file` and passes each parsed record to `take`. An absent file has no lines. What a crash in the middle
 * of a write leaves at the end is taken away: an incomplete line at once, complete lines without a valid checksum into a file
 * beside this one. Throws an Error naming file, line and remedy for a damaged line that valid ones follow.
 *
 * A file whose first line has no checksum is of a version before checksums: none of its lines has one.
 */
export function readLines(file: string, take: (record: unknown) => void): ReadLines {
  if (!fs.existsSync(file)) return { lines: 0, bytes: 0 };
  const bytes = fs.readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const hasChecksums = bytes.subarray(0, lineEnd(bytes, 0)).includes(0x09) || end === 0;
  let lines = 0;
  let start = 0;
  while (start < end) {
    const stop = lineEnd(bytes, start);
    const line = bytes.subarray(start, stop);
    if (hasChecksums && !isValid(line)) {
      if (hasValidLine(bytes, stop + 1, end)) throw damage(file, lines + 1, 'its checksum does not match');
      break;
    }
    try {
      take(JSON.parse(line.toString('utf8', 0, hasChecksums ? jsonLength(line) : line.length)));
    } catch (cause) {
      throw damage(file, lines + 1, cause instanceof Error ? cause.message : String(cause), cause);
    }
    lines += 1;
    start = stop + 1;
  }
  const damaged = start < end ? keepApart(file, bytes.subarray(start)) : undefined;
  if (start < bytes.length) fs.truncateSync(file, start);
  return { lines, bytes: start, damaged };
}

function lineEnd(bytes: Buffer, start: number): number {
  const stop = bytes.indexOf(0x0a, start);
  return stop === -1 ? bytes.length : stop;
}

const CHECKSUM_LENGTH = 8;

function jsonLength(line: Buffer): number {
  return Math.max(0, line.length - CHECKSUM_LENGTH - 1);
}

function isValid(line: Buffer): boolean {
  const length = jsonLength(line);
  return line[length] === 0x09 && line.toString('latin1', length + 1) === checksum(line.subarray(0, length));
}

function hasValidLine(bytes: Buffer, from: number, end: number): boolean {
  for (let start = from; start < end; start = lineEnd(bytes, start) + 1) {
    if (isValid(bytes.subarray(start, lineEnd(bytes, start)))) return true;
  }
  return false;
}

function keepApart(file: string, bytes: Buffer): { bytes: number; file: string } {
  const target = `${file}.damaged`;
  fs.writeFileSync(target, bytes);
  return { bytes: bytes.length, file: target };
}

function damage(file: string, line: number, reason: string, cause?: unknown): Error {
  return new Error(
    `The journal ${file} can't be read at line ${line}: ${reason}. Restore the file from a copy, or move it away to start with no instances.`,
    { cause },
  );
}

/**
 * Replaces the content of `file` with `text` by a flushed temporary file and a rename, so that a crash at any moment leaves
 * either the old or the new content. `file` must not be open meanwhile (Windows refuses the rename).
 */
export function replaceFile(file: string, temporaryFile: string, text: string): void {
  const handle = fs.openSync(temporaryFile, 'w');
  try {
    writeAll(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporaryFile, file);
}
