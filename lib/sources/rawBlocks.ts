import type { ObjectStore } from '../lake/objectStore';

/** Bytes read at once. */
const BLOCK_LENGTH = 8 * 1024 * 1024;

/** An object's bytes in order. One block is on its way while another is used: two blocks of memory. */
export async function* rawBlocks(
  store: ObjectStore,
  container: string,
  file: { path: string; size: number },
): AsyncGenerator<Buffer> {
  const read = (offset: number): Promise<Buffer> | undefined => {
    if (offset >= file.size) return undefined;
    const block = store.read(container, file.path, { offset, length: Math.min(BLOCK_LENGTH, file.size - offset) });
    // Where the reader stops early nobody waits for the block that is on its way.
    block.catch(() => undefined);
    return block;
  };
  let next = read(0);
  for (let offset = 0; next !== undefined; offset += BLOCK_LENGTH) {
    const block = await next;
    next = read(offset + BLOCK_LENGTH);
    yield block;
  }
}

/** The first bytes (`length`, or all there are), and all of them again from the start. */
export async function peek(
  blocks: AsyncIterable<Buffer>,
  length: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const reader = blocks[Symbol.asyncIterator]();
  const taken: Buffer[] = [];
  let count = 0;
  while (count < length) {
    const next = await reader.next();
    if (next.done === true) break;
    taken.push(next.value);
    count += next.value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* taken.splice(0);
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
    } finally {
      await reader.return?.();
    }
  }
  return { head: Buffer.concat(taken).subarray(0, length), all: all() };
}
