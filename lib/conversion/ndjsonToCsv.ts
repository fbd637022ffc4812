import type { DataContract } from '../contract/contract';
import { LONGEST_RECORD_IN_BYTES } from '../csv/recordBlocks';
import { isBlank, isTooLong, linesOf, lineText, type JsonLine } from './jsonLines';
import { readJsonRecord, type JsonRecordFault } from './jsonRecord';
import type { LineIndexBuilder } from './lineIndex';
import { unreadableToCsv } from './unreadableRecord';

/** Characters. A longer bad line is not copied to the converted file but read again from the source for the quarantine. */
const LONGEST_RAW = 256 * 1024;

/**
 * Converts NDJSON (UTF-8, no byte order mark) to CSV in the contract's dialect: a header, then one record for each line that
 * is not blank. Adds the start of each record to `index`. Values are quoted and null is not, so the text `NULL` differs from
 * null. Memory: a block and the longest line, of which at most 32 MiB is kept.
 */
export async function* ndjsonToCsv(
  blocks: AsyncIterable<Buffer>,
  contract: Pick<DataContract, 'columns' | 'source'>,
  index: LineIndexBuilder,
): AsyncGenerator<Buffer> {
  const { delimiter, quote, nullText } = contract.source;
  const quoted = (text: string): string => quote + text.replaceAll(quote, quote + quote) + quote;
  yield Buffer.from(`${contract.columns.map(({ header, name }) => quoted(header ?? name)).join(delimiter)}\n`);
  const recordOf = (read: JsonLine): string => {
    const { length, line, byteOffset } = read;
    index.add(read);
    const raw = lineText(read);
    const { values, faults } = isTooLong(read)
      ? { faults: [recordTooLong(length)] }
      : readJsonRecord(raw, contract.columns);
    if (values !== undefined) {
      return values.map((value) => (value === null ? nullText : quoted(value))).join(delimiter);
    }
    const copy = raw.length > LONGEST_RAW ? {} : { raw };
    return unreadableToCsv({ faults, line, byteOffset, ...copy }, contract.source);
  };
  for await (const lines of linesOf(blocks)) {
    const records = lines.filter((line) => !isBlank(line)).map(recordOf);
    if (records.length > 0) yield Buffer.from(`${records.join('\n')}\n`);
  }
}

function recordTooLong(length: number): JsonRecordFault {
  const expected = `at most ${LONGEST_RECORD_IN_BYTES} bytes`;
  return { code: 'ROW_RECORD_TOO_LONG', column: null, found: `${length} bytes`, expected };
}
