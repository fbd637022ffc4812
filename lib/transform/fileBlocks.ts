/** A file as planning reads it. */
export interface FileToCut {
  /** Names the file in problems. */
  path: string;
  /** Bytes. */
  size: number;
  read(offset: number, length: number): Promise<Buffer>;
}

/** Bytes read from the store at once. */
export const BLOCK_LENGTH = 8 * 1024 * 1024;

/** The bytes from `from` to before `end` in blocks, in order, the next one under way while one is used. */
export async function* blocksOf(
  file: FileToCut,
  from: number,
  end: number,
  blockLength = BLOCK_LENGTH,
): AsyncGenerator<Buffer> {
  const read = (offset: number) => {
    const block = file.read(offset, Math.min(blockLength, end - offset));
    // When the reader stops early nobody awaits the block under way; its failure then concerns nobody.
    block.catch(() => undefined);
    return block;
  };
  let ahead = from < end ? read(from) : undefined;
  for (let offset = from; ahead !== undefined;) {
    const block: Buffer = await ahead;
    offset += block.length;
    ahead = offset < end && block.length > 0 ? read(offset) : undefined;
    yield block;
  }
}
