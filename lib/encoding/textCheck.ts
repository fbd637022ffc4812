import { isUtf8 } from 'node:buffer';
import type { Problem } from '../problems/problem';
import { countLineFeeds } from './countLineFeeds';

/** A byte that is not allowed in a UTF-8 text file. */
export interface TextFault {
  kind: 'invalid-utf8' | 'nul';
  /** From 0, in the file. */
  byteOffset: number;
  /** 1-based physical line. */
  line: number;
  byte: number;
}

/**
 * Checks a file's blocks in order for bytes that are not UTF-8 text. Only the first fault is kept. NUL is valid UTF-8, but
 * text files do not contain it and PostgreSQL refuses it.
 */
export class TextCheck {
  fault: TextFault | undefined;
  private rest: Buffer = Buffer.alloc(0);

  /** `offset` and `line` are those of the first byte that will be pushed. */
  constructor(
    private offset = 0,
    private line = 1,
  ) {}

  /** `lineFeeds`: the number of them in the block, when it is already known. */
  push(block: Buffer, lineFeeds?: number): void {
    if (this.fault !== undefined) return;
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, block]) : block;
    const whole = bytes.subarray(0, bytes.length - lengthOfIncompleteCharacter(bytes));
    this.check(whole);
    this.rest = Buffer.from(bytes.subarray(whole.length));
    this.offset += whole.length;
    // An incomplete character has no line feeds, so `whole` has as many as the block.
    this.line += lineFeeds ?? countLineFeeds(whole);
  }

  /** An incomplete character at the file's end is a fault too. */
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

/** Returns the fault as a coded problem of the file. */
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
    found: `byte 0x${fault.byte.toString(16).padStart(2, '0')}, which is not part of a UTF-8 character there`,
    expected: 'UTF-8',
    where,
    remedy: 'Save the file as UTF-8 (it may be Windows-1252 or Latin-1) and drop it again.',
  };
}

/**
 * Bytes, 0 to 3, of a character that began before and continues here. `before` holds the three bytes before (fewer at the
 * text's start). They are assumed to be valid: if they are not, an earlier fault is reported.
 */
export function lengthOfCarriedCharacter(before: Buffer): number {
  for (let distance = 1; distance <= Math.min(3, before.length); distance += 1) {
    const byte = before[before.length - distance] ?? 0;
    if ((byte & 0xc0) !== 0x80) return Math.max(0, characterLength(byte) - distance);
  }
  return 0;
}

/** Bytes, 0 to 3, at the end that begin a character which continues in the next block. */
function lengthOfIncompleteCharacter(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

/** Bisects: a prefix that ends between characters is valid exactly when the first fault is after it. */
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

/** Offset of the first byte that does not start a complete character; for short buffers. */
function offsetInCharacters(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes[at] ?? 0);
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

/** Length by the first byte; 0 when no character starts with it. */
function characterLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}
