import type { DataContract } from '../contract/contract';
import { LINE_FEED } from '../csv/dialect';
import { LONGEST_RECORD_IN_BYTES } from '../csv/rewriteRecords';
import { readJsonRecord, type JsonRecordFault } from './jsonRecord';
import { setAside } from './setAsideRecord';

/** Characters of a bad line that are kept. */
const LONGEST_RAW = 256 * 1024;

/**
 * NDJSON (UTF-8, no byte order mark) as CSV in the contract's dialect: a header, then one record for each line that is not
 * blank. Every value is quoted and null is not, so the text `NULL` and null stay apart. Memory: a block and the longest line,
 * of which no more than 32 MiB is held.
 */
export async function* ndjsonToCsv(blocks: AsyncIterable<Buffer>, contract: DataContract): AsyncGenerator<Buffer> {
  const { delimiter, quote, nullText } = contract.source;
  const quoted = (text: string): string => quote + text.replaceAll(quote, quote + quote) + quote;
  yield Buffer.from(`${contract.columns.map(({ header, name }) => quoted(header ?? name)).join(delimiter)}\n`);
  const recordOf = ({ bytes, length, line, byteOffset }: Line): string => {
    const text = bytes.toString('utf8');
    const tooLong = length > bytes.length;
    const { values, faults } = tooLong ? { faults: [recordTooLong(length)] } : readJsonRecord(text, contract.columns);
    if (values !== undefined) {
      return values.map((value) => (value === null ? nullText : quoted(value))).join(delimiter);
    }
    return setAside({ faults, line, byteOffset, raw: text.slice(0, LONGEST_RAW).trimEnd() }, contract.source);
  };
  for await (const lines of linesOf(blocks)) {
    const records = lines.filter(({ bytes }) => !isBlank(bytes)).map(recordOf);
    if (records.length > 0) yield Buffer.from(`${records.join('\n')}\n`);
  }
}

interface Line {
  /** Without its line end; cut after 32 MiB. */
  bytes: Buffer;
  /** Bytes, uncut. */
  length: number;
  /** 1-based. */
  line: number;
  byteOffset: number;
}

/** The lines that end in each block. */
async function* linesOf(blocks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let pieces: Buffer[] = [];
  let length = 0;
  let line = 1;
  let byteOffset = 0;
  const keep = (piece: Buffer): void => {
    const room = LONGEST_RECORD_IN_BYTES - length;
    if (room > 0) pieces.push(piece.subarray(0, room));
    length += piece.length;
  };
  const take = (): Line => {
    const bytes = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
    const taken = { bytes, length, line, byteOffset };
    line += 1;
    byteOffset += length + 1;
    pieces = [];
    length = 0;
    return taken;
  };
  for await (const block of blocks) {
    const lines: Line[] = [];
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

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function recordTooLong(length: number): JsonRecordFault {
  const expected = `at most ${LONGEST_RECORD_IN_BYTES} bytes`;
  return { code: 'ROW_RECORD_TOO_LONG', column: null, found: `${length} bytes`, expected };
}
