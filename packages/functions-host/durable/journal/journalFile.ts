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
  /** An incomplete line at the end, which was moved to a file of its own. */
  removed?: { bytes: number; file: string };
}

/**
 * Reads the lines of `file` and passes each parsed record to `take`. An absent file has no lines. A crash in the middle of a
 * write leaves a line without its line feed at the end: it is moved into a file beside this one. Throws an Error naming file,
 * line and remedy for any other damage, also of the last line, and leaves the file as it is.
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
    if (hasChecksums && !isValid(line)) throw damage(file, lines + 1, 'its checksum does not match');
    try {
      take(JSON.parse(line.toString('utf8', 0, hasChecksums ? jsonLength(line) : line.length)));
    } catch (cause) {
      throw damage(file, lines + 1, cause instanceof Error ? cause.message : String(cause), cause);
    }
    lines += 1;
    start = stop + 1;
  }
  if (start === bytes.length) return { lines, bytes: start };
  const rest = bytes.subarray(start);
  if (hasChecksums ? beginsWithRecord(rest) : isJson(rest.subarray(0, -1))) {
    throw damage(file, lines + 1, 'the line feed at its end is damaged');
  }
  const removed = keepApart(file, rest);
  fs.truncateSync(file, start);
  return { lines, bytes: start, removed };
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

/** True when a complete record is followed by something that is not a line feed. */
function beginsWithRecord(rest: Buffer): boolean {
  for (let tab = rest.indexOf(0x09); tab !== -1; tab = rest.indexOf(0x09, tab + 1)) {
    const end = tab + 1 + CHECKSUM_LENGTH;
    if (end < rest.length && isValid(rest.subarray(0, end))) return true;
  }
  return false;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function keepApart(file: string, bytes: Buffer): { bytes: number; file: string } {
  const target = `${file}.removed-${new Date().toISOString().replaceAll(':', '-')}`;
  fs.writeFileSync(target, bytes, { flush: true });
  return { bytes: bytes.length, file: target };
}

function damage(file: string, line: number, reason: string, cause?: unknown): Error {
  return new Error(
    `The journal ${file} can't be read at line ${line}: ${reason}. Nothing was changed. Restore the file from a copy, or move it away to start with no instances.`,
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
