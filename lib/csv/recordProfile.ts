import type { CsvDialect } from './dialect';
import { startsWithByteOrderMark } from './fileKind';
import { readRecordBlocks } from './recordBlocks';
import { countFields } from './recordFields';
import { LONGEST_RECORD_IN_BYTES } from './rewriteRecords';
import { visitRecords } from './visitRecords';

/** What the engine has to be told about a file, and what it may not be trusted with. */
export interface RecordProfile {
  records: number;
  /** Records that end with CR LF. */
  carriageReturnLineFeeds: number;
  /** Records that end with a bare LF. */
  lineFeeds: number;
  literalQuotes: number;
  brokenQuotes: number;
  bareCarriageReturns: number;
  /** Records that end with blank fields and have too many or too few fields: the engine's reader takes blanks too many. */
  miscounted: number;
  /** Bytes. */
  longestRecord: number;
  /** The first record begins with the bytes of a byte order mark, which readers take off a file's start. */
  beginsWithByteOrderMark: boolean;
}

/** Profiles a local file that starts with a record (no header). */
export async function profileRecords(file: string, dialect: CsvDialect, columnCount: number): Promise<RecordProfile> {
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
  await readRecordBlocks(file, ({ bytes, offset, atEnd }) => {
    if (offset === 0) profile.beginsWithByteOrderMark = startsWithByteOrderMark(bytes);
    return visitRecords(bytes, dialect, atEnd, (record) => {
      profile.records += 1;
      if (record.lineEndLength === 2) profile.carriageReturnLineFeeds += 1;
      else if (record.lineEndLength === 1) profile.lineFeeds += 1;
      profile.literalQuotes += record.literalQuotes;
      profile.brokenQuotes += record.brokenQuotes;
      profile.bareCarriageReturns += record.bareCarriageReturns;
      if (bytes[record.end - 1] === dialect.delimiter && record.brokenQuotes === 0) {
        const fields = countFields(bytes, record.start, record.end, dialect);
        if (fields !== columnCount) profile.miscounted += 1;
      }
      profile.longestRecord = Math.max(profile.longestRecord, record.end - record.start);
    });
  });
  return profile;
}

/**
 * True when every record is plain enough for the engine's own CSV reader: one kind of line end, no quote or carriage
 * return out of place. Anything else goes through `rewriteRecords` first.
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
