/** Bytes as a file streams them, in chunks of one length. */
export function chunksOf(bytes: Buffer, chunkLength = 8 * 1024 * 1024) {
  return async function* (offset: number, length: number): AsyncGenerator<Buffer, void> {
    const end = Math.min(bytes.length, offset + length);
    for (let start = offset; start < end; start += chunkLength) {
      yield bytes.subarray(start, Math.min(end, start + chunkLength));
    }
  };
}
