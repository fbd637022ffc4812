import { open, writeFile } from 'node:fs/promises';
import { RestError, type BlobClient } from '@azure/storage-blob';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange } from './objectStore';
import { connectionsFor } from './transfers';

/** Attempts after broken answers, each from where the last one broke. The client retries only some kinds of failure. */
const ATTEMPTS = 5;

/** The connection broke during the answer in every attempt. */
export class StreamBroken extends Error {
  readonly statusCode = undefined;
  readonly code = 'connection lost';
}

/**
 * Streams a blob, or a range of it, in order, all from the same version of the blob. Throws StreamBroken, or RestError: 412
 * when the blob was replaced before a broken answer could be continued.
 */
export async function* streamRange(blob: BlobClient, range?: ByteRange): AsyncGenerator<Buffer, void> {
  let position = range?.offset ?? 0;
  let end = range === undefined ? undefined : range.offset + range.length;
  let etag: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const conditions = etag === undefined ? {} : { ifMatch: etag };
    const length = end === undefined ? undefined : end - position;
    const response = await blob.download(position, length, { conditions });
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

/** Streams a range into a local file over several connections. Memory: about 2 MB for each connection. */
export async function downloadTo(blob: BlobClient, localFile: string, range: ByteRange): Promise<void> {
  if (range.length === 0) return writeFile(localFile, '');
  const connections = connectionsFor(range.length);
  const partLength = Math.ceil(range.length / connections);
  const file = await open(localFile, 'w');
  try {
    const parts = Array.from({ length: connections }, async (_unused, index) => {
      const start = index * partLength;
      const length = Math.min(partLength, range.length - start);
      const writer = new GatheredWriter(file, start);
      for await (const chunk of streamRange(blob, { offset: range.offset + start, length })) await writer.write(chunk);
      await writer.flush();
    });
    // Wait for all, so that the file is not closed while one still writes.
    const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    await file.close();
  }
}
