import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sourceFault } from './sourceFault';

/** Bytes. The reported offset of a fault is the start of such a block. */
const INPUT_BLOCK_LENGTH = 64 * 1024;
const OUTPUT_BLOCK_LENGTH = 1024 * 1024;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

export function startsAsGzip(head: Buffer): boolean {
  return GZIP_MAGIC.every((byte, index) => head[index] === byte);
}

export interface UnpackLimits {
  /** Most decompressed bytes for each compressed byte. Checked after the first 256 MiB. */
  ratio: number;
  /** Most decompressed bytes. */
  bytes: number;
}

const NO_LIMITS: UnpackLimits = { ratio: Infinity, bytes: Infinity };
const RATIO_MATTERS_FROM = 256 * 1024 * 1024;

/**
 * Decompresses gzip. Several members in a row are one text, as `cat a.gz b.gz` makes them; zero bytes after the last member
 * are padding. Throws SOURCE_GZIP_BROKEN for data that is truncated, damaged (checksum, length) or followed by other bytes,
 * and SOURCE_TOO_LARGE when the text exceeds the limits: such a file fills the disk, and is rarely meant.
 */
export async function* gunzipBlocks(
  blocks: AsyncIterable<Buffer>,
  file: string,
  limits = NO_LIMITS,
): AsyncGenerator<Buffer> {
  const input = new GzipInput(blocks);
  const gunzip = createGunzip({ chunkSize: OUTPUT_BLOCK_LENGTH });
  const feeding = pipeline(Readable.from(input.smallBlocks()), gunzip);
  // The stream passes a failure to its reader.
  const fed = feeding.catch(() => undefined);
  const broken = (found: string, byteOffset: number, cause?: unknown) =>
    sourceFault('SOURCE_GZIP_BROKEN', 'The file cannot be decompressed.', {
      found: `${found}, at or after byte ${byteOffset} of the compressed file`,
      expected: 'complete gzip members',
      where: { file, byteOffset },
      remedy: 'Compress and drop the file again; the upload may be incomplete.',
      cause,
    });
  try {
    let length = 0;
    for await (const block of gunzip) {
      length += (block as Buffer).length;
      requireWithin(limits, length, gunzip.bytesWritten, file);
      yield block as Buffer;
    }
    await fed;
    // The stream ends at a zero byte after a member, whatever follows.
    if ((await input.lastByteThatIsNotZero()) >= gunzip.bytesWritten) {
      throw broken('other bytes after the zero bytes that end a member', gunzip.bytesWritten);
    }
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw code.startsWith('Z_') ? broken(message, gunzip.bytesWritten, cause) : cause;
  } finally {
    await input.close();
  }
}

function requireWithin({ ratio, bytes }: UnpackLimits, length: number, compressed: number, file: string): void {
  const isTooLong = length > bytes;
  if (!isTooLong && (length <= RATIO_MATTERS_FROM || length <= ratio * compressed)) return;
  throw sourceFault('SOURCE_TOO_LARGE', 'The file is larger than allowed when it is decompressed.', {
    found: `more than ${length} bytes from ${compressed} compressed ones`,
    expected: isTooLong ? `at most ${bytes} bytes` : `at most ${ratio} bytes for each compressed byte`,
    where: { file, setting: isTooLong ? 'UNPACKED_MEGABYTES_LIMIT' : 'UNPACKED_RATIO_LIMIT' },
    remedy: 'Check what the file holds. If it is right: raise the setting, or drop the data in smaller files.',
  });
}

/** The compressed bytes in small blocks. Bytes that the stream has not read can still be inspected. */
class GzipInput {
  private readonly blocks: AsyncIterator<Buffer>;
  private length = 0;
  private lastNotZero = -1;

  constructor(blocks: AsyncIterable<Buffer>) {
    this.blocks = blocks[Symbol.asyncIterator]();
  }

  async *smallBlocks(): AsyncGenerator<Buffer> {
    for (let block = await this.next(); block !== undefined; block = await this.next()) {
      for (let at = 0; at < block.length; at += INPUT_BLOCK_LENGTH) {
        yield block.subarray(at, at + INPUT_BLOCK_LENGTH);
      }
    }
  }

  /** Reads the file to its end. Returns the offset of the byte in the file; -1 when every byte is zero. */
  async lastByteThatIsNotZero(): Promise<number> {
    while ((await this.next()) !== undefined);
    return this.lastNotZero;
  }

  async close(): Promise<void> {
    await this.blocks.return?.();
  }

  private async next(): Promise<Buffer | undefined> {
    const next = await this.blocks.next();
    if (next.done === true) return undefined;
    const { value } = next;
    const at = value.findLastIndex((byte) => byte !== 0);
    if (at >= 0) this.lastNotZero = this.length + at;
    this.length += value.length;
    return value;
  }
}
