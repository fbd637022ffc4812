import type { CsvDialect } from './dialect';
import { startsWithByteOrderMark } from '../encoding/fileKind';
import { LONGEST_RECORD_IN_BYTES, readRecordBlocks, type RecordBlock } from './recordBlocks';
import type { LongRecord } from './longRecord';
import { countFields } from './recordFields';
import { visitRecords } from './visitRecords';

/** What decides whether and how the engine's CSV reader can read a file. */
export interface RecordProfile {
  records: number;
  /** Records that end with CR LF. */
  carriageReturnLineFeeds: number;
  /** Records that end with a bare LF. */
  lineFeeds: number;
  literalQuotes: number;
  brokenQuotes: number;
  bareCarriageReturns: number;
  /**
   * Records that end with a blank or null field and have too many or too few fields: the engine's reader accepts one field
   * too many when its value is null.
   */
  miscounted: number;
  /** Bytes. */
  longestRecord: number;
  /** The first record begins with the bytes of a byte order mark, which readers would drop. */
  beginsWithByteOrderMark: boolean;
}

/** Profiles a local file that starts with a record (no header). */
export async function profileRecords(
  file: string,
  dialect: CsvDialect,
  columnCount: number,
  nullText = '',
): Promise<RecordProfile> {
  const nullBytes = Buffer.from(nullText);
  const profile: RecordProfile = {
    records: 0,
    carriageReturnLineFeeds: 0,
    lineFeeds: 0,
    literalQuotes: 0,
    brokenQuotes: 0,
    bareCarriageReturns: 0,
    miscounted: 0,
    longestRecord: 0,
    beginsWithByteOrderMark: false,
  };
  const countLineEnd = (length: number): void => {
    if (length === 2) profile.carriageReturnLineFeeds += 1;
    else if (length === 1) profile.lineFeeds += 1;
  };
  const block = ({ bytes, offset, atEnd }: RecordBlock): number => {
    if (offset === 0) profile.beginsWithByteOrderMark = startsWithByteOrderMark(bytes);
    return visitRecords(bytes, dialect, atEnd, (record) => {
      profile.records += 1;
      countLineEnd(record.lineEndLength);
      profile.literalQuotes += record.literalQuotes;
      profile.brokenQuotes += record.brokenQuotes;
      profile.bareCarriageReturns += record.bareCarriageReturns;
      const mayEndWithNull = bytes[record.end - 1] === dialect.delimiter || endsWith(bytes, record.end, nullBytes);
      if (mayEndWithNull && record.brokenQuotes === 0) {
        const fields = countFields(bytes, record.start, record.end, dialect);
        if (fields !== columnCount) profile.miscounted += 1;
      }
      profile.longestRecord = Math.max(profile.longestRecord, record.end - record.start);
    });
  };
  const longRecord = ({ length, lineEndLength }: LongRecord): void => {
    profile.records += 1;
    countLineEnd(lineEndLength);
    profile.longestRecord = Math.max(profile.longestRecord, length);
  };
  await readRecordBlocks(file, dialect, { block, longRecord });
  return profile;
}

/** False when `ending` is empty. */
function endsWith(bytes: Buffer, end: number, ending: Buffer): boolean {
  const last = ending.at(-1);
  return last !== undefined && bytes[end - 1] === last && bytes.subarray(end - ending.length, end).equals(ending);
}

/**
 * True when the engine's own CSV reader can read every record: one kind of line end, and no misplaced quotes or carriage
 * returns. Other files go through `rewriteRecords` first.
 */
export function isPlain(profile: RecordProfile): boolean {
  return (
    (profile.carriageReturnLineFeeds === 0 || profile.lineFeeds === 0) &&
    profile.literalQuotes === 0 &&
    profile.brokenQuotes === 0 &&
    profile.bareCarriageReturns === 0 &&
    profile.miscounted === 0 &&
    profile.longestRecord <= LONGEST_RECORD_IN_BYTES &&
    !profile.beginsWithByteOrderMark
  );
}
