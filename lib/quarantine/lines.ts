import type { ObjectStore } from '../storage/objectStore';
import { RAW_FIELD } from './readRecord';

/** A line of an object, or the beginning of a very long one. */
export interface ObjectLine {
  text: string;
  isWhole: boolean;
  /** Byte offset in the object after the line and its end. */
  end: number;
}

/** Bytes read at once. */
const BLOCK_LENGTH = 256 * 1024;
/** Bytes kept of one line; the rest of a longer line is skipped. */
const LONGEST_LINE = 256 * 1024;
/** Bytes kept when the fields before the raw record need more: earlier versions listed every fault and group. */
const LONGEST_HEAD = 8 * 1024 * 1024;

/**
 * Lines of an object from a line's start, block by block; of a long line the beginning, with all fields before `RAW_FIELD`
 * where they are not over 8 MiB. Memory: a block and a line. Empty lines are skipped.
 */
export async function* linesOf(
  store: ObjectStore,
  container: string,
  object: { path: string; size: number },
  from: number,
): AsyncGenerator<ObjectLine> {
  let kept: Buffer = Buffer.alloc(0);
  let isWhole = true;
  const keep = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    const isHead = isWhole && kept.length + bytes.length > LONGEST_LINE && !kept.includes(RAW_FIELD);
    const room = (isHead ? LONGEST_HEAD : LONGEST_LINE) - kept.length;
    if (bytes.length > room) isWhole = false;
    if (room > 0) kept = Buffer.concat([kept, bytes.subarray(0, room)]);
  };
  const take = (end: number): ObjectLine => {
    // A truncated line may end inside a character, which then decodes to the replacement character.
    const text = isWhole ? kept.toString('utf8') : kept.toString('utf8').replace(/\uFFFD$/, '');
    const line = { text, isWhole, end };
    kept = Buffer.alloc(0);
    isWhole = true;
    return line;
  };
  for (let offset = from; offset < object.size;) {
    const length = Math.min(BLOCK_LENGTH, object.size - offset);
    const block = await store.read(container, object.path, { offset, length });
    if (block.length === 0) break;
    let start = 0;
    for (let end = block.indexOf(0x0a); end >= 0; end = block.indexOf(0x0a, start)) {
      keep(block.subarray(start, end));
      start = end + 1;
      if (kept.length > 0) yield take(offset + start);
    }
    keep(block.subarray(start));
    offset += block.length;
  }
  if (kept.length > 0) yield take(object.size);
}
