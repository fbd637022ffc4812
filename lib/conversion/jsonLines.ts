import { CARRIAGE_RETURN, LINE_FEED } from '../csv/dialect';
import { recordText } from '../csv/recordText';
import { LONGEST_RECORD_IN_BYTES } from '../csv/recordBlocks';

/** Where a line begins in the decoded text, which has no byte order mark. */
export interface LineStart {
  /** 1-based. */
  line: number;
  /** From 0. */
  byteOffset: number;
}

export interface JsonLine extends LineStart {
  /** Without its line feed; truncated to 32 MiB and one byte. The extra byte shows whether a character ends at 32 MiB. */
  bytes: Buffer;
  /** Bytes, before truncation. */
  length: number;
}

/** Yields, for each block, the lines that end in it. `from`: where the first block starts in the text. */
export async function* linesOf(
  blocks: AsyncIterable<Buffer>,
  from: LineStart = { line: 1, byteOffset: 0 },
): AsyncGenerator<JsonLine[]> {
  let buffers: Buffer[] = [];
  let length = 0;
  let { line, byteOffset } = from;
  const keep = (bytes: Buffer): void => {
    const room = LONGEST_HELD - length;
    if (room > 0) buffers.push(bytes.subarray(0, room));
    length += bytes.length;
  };
  const take = (): JsonLine => {
    const bytes = buffers.length === 1 ? (buffers[0] ?? Buffer.alloc(0)) : Buffer.concat(buffers);
    const taken = { bytes, length, line, byteOffset };
    line += 1;
    byteOffset += length + 1;
    buffers = [];
    length = 0;
    return taken;
  };
  for await (const block of blocks) {
    const lines: JsonLine[] = [];
    let start = 0;
    for (let end = block.indexOf(LINE_FEED); end >= 0; end = block.indexOf(LINE_FEED, start)) {
      keep(block.subarray(start, end));
      lines.push(take());
      start = end + 1;
    }
    keep(block.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take()];
}

const LONGEST_HELD = LONGEST_RECORD_IN_BYTES + 1;

/** Blank lines are not records. */
export function isBlank({ bytes }: JsonLine): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN);
}

export function isTooLong({ length }: JsonLine): boolean {
  return length > LONGEST_RECORD_IN_BYTES;
}

/** The unchanged text without its line end; of a line that is too long, the beginning. */
export function lineText({ bytes }: JsonLine): string {
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  return recordText(bytes.subarray(0, end), LONGEST_RECORD_IN_BYTES);
}
