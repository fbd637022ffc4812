import { isUtf8 } from 'node:buffer';
import type { Problem } from '../problems/problem';
import { countLineFeeds } from './countLineFeeds';

/** A byte that has no place in a UTF-8 text file. */
export interface TextFault {
  kind: 'invalid-utf8' | 'nul';
  /** From 0, in the file. */
  byteOffset: number;
  /** 1-based physical line. */
  line: number;
  byte: number;
}

/**
 * Checks a file's blocks in order for bytes that are no UTF-8 text. The first fault stays. NUL is valid UTF-8, but no
 * text file holds it and PostgreSQL refuses it.
 */
export class TextCheck {
  fault: TextFault | undefined;
  private rest: Buffer = Buffer.alloc(0);

  /** `offset` and `line` are those of the first byte that will be pushed. */
  constructor(
    private offset = 0,
    private line = 1,
  ) {}

  /** `lineFeeds`: those of the block, when they have been counted already. */
  push(block: Buffer, lineFeeds?: number): void {
    if (this.fault !== undefined) return;
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, block]) : block;
    const whole = bytes.subarray(0, bytes.length - lengthOfCutCharacter(bytes));
    this.check(whole);
    this.rest = Buffer.from(bytes.subarray(whole.length));
    this.offset += whole.length;
    // The bytes of a cut character are no line feeds: the block has as many as what was checked of it.
    this.line += lineFeeds ?? countLineFeeds(whole);
  }

  /** A character cut off by the file's end is a fault too. */
  finish(): TextFault | undefined {
    if (this.fault === undefined) this.check(this.rest);
    return this.fault;
  }

  private check(bytes: Buffer): void {
    const nulAt = bytes.indexOf(0);
    const invalidAt = isUtf8(bytes) ? -1 : firstInvalid(bytes);
    const at = Math.min(nulAt < 0 ? Infinity : nulAt, invalidAt < 0 ? Infinity : invalidAt);
    if (at === Infinity) return;
    this.fault = {
      kind: at === nulAt ? 'nul' : 'invalid-utf8',
      byteOffset: this.offset + at,
      line: this.line + countLineFeeds(bytes.subarray(0, at)),
      byte: bytes[at] ?? 0,
    };
  }
}

/** The fault as a coded problem of the file. */
export function textProblem(fault: TextFault, file: string): Problem {
  const where = { file, line: fault.line, byteOffset: fault.byteOffset };
  if (fault.kind === 'nul') {
    return {
      code: 'CSV_NOT_CSV',
      message: 'The file is not text.',
      found: 'a NUL byte',
      expected: 'CSV text in UTF-8',
      where,
      remedy: 'Export the data as CSV in UTF-8.',
    };
  }
  return {
    code: 'CSV_ENCODING_INVALID',
    message: 'The file is not written in UTF-8.',
    found: `byte 0x${fault.byte.toString(16).padStart(2, '0')}, which begins or continues no UTF-8 character there`,
    expected: 'UTF-8',
    where,
    remedy: 'Save the file as UTF-8 (it may be Windows-1252 or Latin-1) and drop it again.',
  };
}

/**
 * Bytes of a character that began before and goes on here: 0 to 3. `before` holds the three bytes before (fewer at the
 * text's start), which are taken to be sound text: where they are not, the earlier fault is the one to tell.
 */
export function lengthOfCarriedCharacter(before: Buffer): number {
  for (let distance = 1; distance <= Math.min(3, before.length); distance += 1) {
    const byte = before[before.length - distance] ?? 0;
    if ((byte & 0xc0) !== 0x80) return Math.max(0, characterLength(byte) - distance);
  }
  return 0;
}

/** Bytes at the end that begin a character which goes on in the next block: 0 to 3. */
function lengthOfCutCharacter(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

/** Bisects: a prefix that ends between characters is valid exactly when the first fault is behind it. */
function firstInvalid(bytes: Buffer): number {
  let position = 0;
  let step = 64 * 1024;
  while (step >= 1) {
    let end = Math.min(position + step, bytes.length);
    while (end < bytes.length && end > position && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    if (end > position && isUtf8(bytes.subarray(position, end))) position = end;
    else if (step > 8) step >>= 1;
    else return position + offsetInCharacters(bytes.subarray(position));
    if (position >= bytes.length) return -1;
  }
  return position;
}

/** The first byte among a few at which no whole character starts. */
function offsetInCharacters(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes[at] ?? 0);
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

/** By the first byte; 0 when no character starts with it. */
function characterLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}
