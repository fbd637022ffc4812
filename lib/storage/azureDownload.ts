import { open, type FileHandle } from 'node:fs/promises';
import { RestError, type BlobClient } from '@azure/storage-blob';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange } from './objectStore';
import { CONNECTIONS, connectionsFor, SHORTEST_PART_LENGTH } from './transfers';

/** Attempts after broken answers, each from where the last one broke. The client retries only some kinds of failure. */
const ATTEMPTS = 5;

/** The connection broke during the answer in every attempt. */
export class StreamBroken extends Error {
  readonly statusCode = undefined;
  readonly code = 'connection lost';
}

/** An answer whose body has not been read yet. */
type Answer = Awaited<ReturnType<BlobClient['download']>>;

/**
 * Streams a blob, or a range of it, in order, all from the same version of the blob: that of `opened`, an answer to the same
 * range, or of `version` (an etag), or of the first answer. Throws StreamBroken, or RestError: 412 when the blob was replaced.
 */
export async function* streamRange(
  blob: BlobClient,
  range?: ByteRange,
  { opened, version }: { opened?: Answer; version?: string } = {},
): AsyncGenerator<Buffer, void> {
  let position = range?.offset ?? 0;
  let end = range === undefined ? undefined : range.offset + range.length;
  let etag = version;
  for (let attempt = 1; ; attempt += 1) {
    const conditions = etag === undefined ? {} : { ifMatch: etag };
    const length = end === undefined ? undefined : end - position;
    const isOpen = attempt === 1 && opened !== undefined;
    const response = isOpen ? opened : await blob.download(position, length, { conditions });
    if (response.readableStreamBody === undefined) throw new Error('The storage service answered without a body.');
    etag ??= response.etag;
    end ??= position + (response.contentLength ?? 0);
    try {
      for await (const chunk of response.readableStreamBody) {
        position += chunk.length;
        yield chunk as Buffer;
      }
      return;
    } catch (cause) {
      if (cause instanceof RestError) throw cause;
      if (attempt === ATTEMPTS) throw new StreamBroken('The connection broke during the answer.', { cause });
      if (position >= end) return;
    }
  }
}

/** Downloads a range, or the whole blob, into a local file over several connections. Memory: about 2 MB for each. */
export async function downloadTo(blob: BlobClient, localFile: string, range?: ByteRange): Promise<void> {
  const file = await open(localFile, 'w');
  try {
    await (range === undefined ? downloadWhole(blob, file) : downloadRange(blob, file, range));
  } finally {
    await file.close();
  }
}

async function downloadRange(blob: BlobClient, file: FileHandle, range: ByteRange): Promise<void> {
  const parts = partsOf(range, CONNECTIONS);
  await allEnded(parts.map((part) => writeAt(file, part.offset - range.offset, streamRange(blob, part))));
}

/** The answer to the first part says how long the blob is: asking for its length before would be a round trip more. */
async function downloadWhole(blob: BlobClient, file: FileHandle): Promise<void> {
  const opened = await openFirstPart(blob);
  if (opened === undefined) return;
  const size = Number(/\/(\d+)$/.exec(opened.contentRange ?? '')?.[1] ?? opened.contentLength);
  const first = { offset: 0, length: Math.min(SHORTEST_PART_LENGTH, size) };
  const rest = partsOf({ offset: first.length, length: size - first.length }, CONNECTIONS - 1);
  const version = opened.etag;
  await allEnded([
    writeAt(file, 0, streamRange(blob, first, { opened, version })),
    ...rest.map((part) => writeAt(file, part.offset, streamRange(blob, part, { version }))),
  ]);
}

/** Undefined for an empty blob, which has no range. */
async function openFirstPart(blob: BlobClient): Promise<Answer | undefined> {
  try {
    return await blob.download(0, SHORTEST_PART_LENGTH);
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 416) return undefined;
    throw error;
  }
}

/** Equal parts, at most one for each connection. */
function partsOf({ offset, length }: ByteRange, connections: number): ByteRange[] {
  const count = connectionsFor(length, connections);
  const partLength = Math.ceil(length / count);
  return Array.from({ length: count }, (_unused, index) => ({
    offset: offset + index * partLength,
    length: Math.min(partLength, length - index * partLength),
  }));
}

async function writeAt(file: FileHandle, position: number, chunks: AsyncIterable<Buffer>): Promise<void> {
  const writer = new GatheredWriter(file, position);
  for await (const chunk of chunks) await writer.write(chunk);
  await writer.flush();
}

/** Waits for all, so that the file is not closed while one still writes. */
async function allEnded(parts: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
