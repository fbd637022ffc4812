import { open } from 'node:fs/promises';
import { BoundedTasks } from '../concurrency/boundedTasks';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange, ObjectStore } from './objectStore';

/** As many as a download of a whole object uses. */
const CONNECTIONS = 4;
/** Bytes over one connection before another takes over: a long range is worth all of them. */
const LONGEST_PIECE = 8 * 1024 * 1024;

/**
 * Fetches ranges of an object to their places in an existing local file, over several connections at once. Other bytes of
 * the file stay as they are. Memory: about 2 MB for each connection. Errors: those of the store's `stream`.
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
    const tasks = new BoundedTasks(CONNECTIONS);
    try {
      for (const range of ranges.flatMap(pieces)) await tasks.add(() => fetch(range));
    } finally {
      await tasks.finish();
    }
  } finally {
    await file.close();
  }
}

function pieces({ offset, length }: ByteRange): ByteRange[] {
  const count = Math.ceil(length / LONGEST_PIECE);
  return Array.from({ length: count }, (_unused, index) => ({
    offset: offset + index * LONGEST_PIECE,
    length: Math.min(LONGEST_PIECE, length - index * LONGEST_PIECE),
  }));
}
