import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sourceFault } from './sourceFault';

/** Bytes. A fault is told to be at or after the start of such a piece. */
const PIECE_LENGTH = 64 * 1024;
const CHUNK_LENGTH = 1024 * 1024;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

export function startsAsGzip(head: Buffer): boolean {
  return GZIP_MAGIC.every((byte, index) => head[index] === byte);
}

/**
 * Decompresses gzip; several members one after another are one text, as `cat a.gz b.gz` makes them, and zero bytes behind
 * the last one are padding. Cut off, damaged (checksum, length) or followed by anything else: SOURCE_GZIP_BROKEN.
 */
export async function* gunzipBlocks(blocks: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  const input = new GzipInput(blocks);
  const gunzip = createGunzip({ chunkSize: CHUNK_LENGTH });
  const feeding = pipeline(Readable.from(input.pieces()), gunzip);
  // Its failure reaches the reader through the stream.
  const fed = feeding.catch(() => undefined);
  const broken = (found: string, byteOffset: number, cause?: unknown) =>
    sourceFault('SOURCE_GZIP_BROKEN', 'The file cannot be decompressed.', {
      found: `${found}, at or after byte ${byteOffset} of the compressed file`,
      expected: 'whole gzip members',
      where: { file, byteOffset },
      remedy: 'Compress and drop the file again; the upload may have been cut off.',
      cause,
    });
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
    await fed;
    // At a zero byte behind a member the stream ends, whatever may follow.
    if ((await input.lastByteThatIsNotZero()) >= gunzip.bytesWritten) {
      throw broken('other bytes behind the zero bytes that end a member', gunzip.bytesWritten);
    }
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw code.startsWith('Z_') ? broken(message, gunzip.bytesWritten, cause) : cause;
  } finally {
    await input.close();
  }
}

/** The compressed bytes in small pieces. What the stream has left unread is still there to be looked at. */
class GzipInput {
  private readonly blocks: AsyncIterator<Buffer>;
  private length = 0;
  private lastNotZero = -1;

  constructor(blocks: AsyncIterable<Buffer>) {
    this.blocks = blocks[Symbol.asyncIterator]();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    for (let block = await this.next(); block !== undefined; block = await this.next()) {
      for (let at = 0; at < block.length; at += PIECE_LENGTH) yield block.subarray(at, at + PIECE_LENGTH);
    }
  }

  /** Its offset in the file, which is read to its end for that; -1 when every byte is zero. */
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
