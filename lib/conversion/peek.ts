/** Reads the first `length` bytes (or fewer, at the end). `all` yields the whole stream, including these bytes. */
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
