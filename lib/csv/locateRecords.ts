import type { CsvDialect } from './dialect';
import { countLineFeeds } from '../encoding/countLineFeeds';
import { LONGEST_RECORD_IN_BYTES, readRecordBlocks, type RecordBlock } from './recordBlocks';
import type { LongRecord } from './longRecord';
import { recordText } from './recordText';
import { visitRecords } from './visitRecords';

/** A record's position in a file, and its text. */
export interface RecordLocation {
  /** 1-based number in the file. */
  ordinal: number;
  /** From 0. */
  byteOffset: number;
  /** Physical lines before the record's first. */
  linesBefore: number;
  /** The unchanged record without its line end, truncated when it is longer than a record may be. */
  raw: string;
}

/** Finds records by their numbers. Calls `found` in file order, with the records of about 8 MB of the file at once. */
export async function locateRecords(
  file: string,
  dialect: CsvDialect,
  ordinals: ReadonlySet<number>,
  found: (locations: RecordLocation[]) => Promise<void>,
  longestRaw = LONGEST_RECORD_IN_BYTES,
): Promise<void> {
  let ordinal = 0;
  let linesBefore = 0;
  const block = async ({ bytes, offset, atEnd }: RecordBlock): Promise<number> => {
    const locations: RecordLocation[] = [];
    let counted = 0;
    const countTo = (end: number): void => {
      linesBefore += countLineFeeds(bytes.subarray(counted, end));
      counted = end;
    };
    const consumed = visitRecords(bytes, dialect, atEnd, (record) => {
      ordinal += 1;
      if (!ordinals.has(ordinal)) return;
      countTo(record.start);
      locations.push({
        ordinal,
        byteOffset: offset + record.start,
        linesBefore,
        raw: recordText(bytes.subarray(record.start, record.end), longestRaw),
      });
    });
    countTo(consumed);
    await found(locations);
    return consumed;
  };
  const longRecord = async ({ offset, lineFeeds, head }: LongRecord): Promise<void> => {
    ordinal += 1;
    if (ordinals.has(ordinal)) {
      await found([{ ordinal, byteOffset: offset, linesBefore, raw: recordText(head, longestRaw) }]);
    }
    linesBefore += lineFeeds;
  };
  await readRecordBlocks(file, dialect, { block, longRecord });
}
