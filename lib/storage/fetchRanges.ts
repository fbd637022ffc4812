import { open } from 'node:fs/promises';
import { mapAll } from '../concurrency/mapInOrder';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange, ObjectStore } from './objectStore';

/** As many connections as a download of a whole object uses. */
const CONNECTIONS = 4;
/** Most bytes of one request: longer ranges are split, so that they use all connections. */
const LONGEST_RANGE = 8 * 1024 * 1024;

/**
 * Fetches ranges of an object to their places in an existing local file, over several connections at once. Other bytes of
 * the file do not change. Memory: about 2 MB for each connection. Errors: those of the store's `stream`.
 */
export async function fetchRanges(
  store: Pick<ObjectStore, 'stream'>,
  object: { container: string; path: string },
  ranges: readonly ByteRange[],
  localFile: string,
): Promise<void> {
  const file = await open(localFile, 'r+');
  try {
    const fetch = async (range: ByteRange) => {
      const writer = new GatheredWriter(file, range.offset);
      for await (const chunk of store.stream(object.container, object.path, range)) await writer.write(chunk);
      await writer.flush();
    };
    await mapAll(ranges.flatMap(partsOf), CONNECTIONS, fetch);
  } finally {
    await file.close();
  }
}

function partsOf({ offset, length }: ByteRange): ByteRange[] {
  const count = Math.ceil(length / LONGEST_RANGE);
  return Array.from({ length: count }, (_unused, index) => ({
    offset: offset + index * LONGEST_RANGE,
    length: Math.min(LONGEST_RANGE, length - index * LONGEST_RANGE),
  }));
}
