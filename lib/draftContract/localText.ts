import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { byteOrderMark } from '../encoding/byteOrderMark';
import { binaryKind, utf16Kind } from '../encoding/fileKind';
import { PipelineError } from '../problems/problem';
import { decodeSource } from '../conversion/decodeSource';
import { gunzipBlocks, startsAsGzip } from '../conversion/gunzipBlocks';
import type { TextEncoding } from '../contract/contract';

export interface LocalText {
  encoding: TextEncoding;
  compressed: boolean;
}

const BLOCK_LENGTH = 1024 * 1024;

/** Writes a local file's text as UTF-8 without a byte order mark. Returns its encoding, found by reading the whole file. */
export async function writeAsUtf8(file: string, target: string): Promise<LocalText> {
  const compressed = startsAsGzip(await firstBytes(raw(file), 16));
  const blocks = (): AsyncIterable<Buffer> => (compressed ? gunzipBlocks(raw(file), file) : raw(file));
  const encoding = await encodingOf(blocks(), file);
  await writeFile(target, decodeSource(blocks(), encoding, file));
  return { encoding, compressed };
}

/** The start of a local file. */
export async function readHead(file: string, length: number): Promise<{ head: Buffer; isAll: boolean }> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, 0);
    return { head: buffer.subarray(0, bytesRead), isAll: bytesRead < length };
  } finally {
    await handle.close();
  }
}

function raw(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: BLOCK_LENGTH }) as AsyncIterable<Buffer>;
}

async function firstBytes(blocks: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  for await (const block of blocks) return block.subarray(0, length);
  return Buffer.alloc(0);
}

/** Found by a byte order mark or zero bytes; otherwise UTF-8 when all bytes are valid UTF-8, else Windows-1252. */
async function encodingOf(blocks: AsyncIterable<Buffer>, file: string): Promise<TextEncoding> {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  for await (const block of blocks) {
    if (isFirst) {
      isFirst = false;
      const known = encodingOfHead(block, file);
      if (known !== undefined) return known;
    }
    const bytes = Buffer.concat([rest, block]);
    const whole = wholeCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, whole))) return 'windows-1252';
    rest = Buffer.from(bytes.subarray(whole));
  }
  return isUtf8(rest) ? 'utf-8' : 'windows-1252';
}

function encodingOfHead(head: Buffer, file: string): TextEncoding | undefined {
  const mark = byteOrderMark(head)?.encoding;
  if (mark !== undefined && mark !== 'utf-8') return mark;
  if (utf16Kind(head) !== undefined) return head[0] === 0 ? 'utf-16be' : 'utf-16le';
  const binary = binaryKind(head);
  // The check of the text names the place of a NUL.
  if (binary === undefined) return head.includes(0) ? 'utf-8' : undefined;
  throw new PipelineError('CSV_NOT_CSV', 'The file is not a CSV.', {
    found: binary,
    expected: 'CSV text',
    where: { file, byteOffset: 0 },
    remedy: 'Export the data as CSV.',
  });
}

/** Number of bytes up to the end of the last complete character. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.length - back;
    if (byte < 0x80) return bytes.length;
  }
  return bytes.length;
}
