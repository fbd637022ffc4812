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
  const gunzip = createGunzip({ chunkSize: CHUNK_LENGTH });
  const feeding = pipeline(Readable.from(piecesOf(blocks)), gunzip);
  // Its failure reaches the reader through the stream.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw cause;
    throw sourceFault('SOURCE_GZIP_BROKEN', 'The file cannot be decompressed.', {
      found: `${message}, at or after byte ${gunzip.bytesWritten} of the compressed file`,
      expected: 'whole gzip members',
      where: { file, byteOffset: gunzip.bytesWritten },
      remedy: 'Compress and drop the file again; the upload may have been cut off.',
      cause,
    });
  }
}

async function* piecesOf(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += PIECE_LENGTH) yield block.subarray(at, at + PIECE_LENGTH);
  }
}
