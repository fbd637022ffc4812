import { dialectOf } from '../csv/dialect';
import { fieldsOf, fieldText } from '../csv/recordFields';
import type { JsonRecordFault } from './jsonRecord';

/** A line of the source file that could not be made into a record, with its place there. */
export interface UnreadableRecord {
  faults: JsonRecordFault[];
  /** 1-based. */
  line: number;
  /** From 0, in the decoded text. */
  byteOffset: number;
  /** Absent of a long line. */
  raw?: string;
}

type Quoting = { delimiter: string; quote: string };

/**
 * Such a line as a CSV record of a single field. It stands in the staged file in the line's place, so that the records
 * keep their numbers, and no other record there has a single field: a contract has at least two columns.
 */
export function setAside(record: UnreadableRecord, { quote }: Quoting): string {
  return quote + JSON.stringify(record).replaceAll(quote, quote + quote) + quote;
}

/**
 * Characters that no such record has: what it tells is bounded. A longer one is a record whose first field is as long as that,
 * and which may have been cut.
 */
const LONGEST = 16 * 1024 * 1024;

/** What `setAside` wrote; undefined for any other record of a staged file. */
export function readUnreadable(raw: string, source: Quoting): UnreadableRecord | undefined {
  if (!raw.startsWith(source.quote) || raw.length > LONGEST) return undefined;
  const bytes = Buffer.from(raw);
  const dialect = dialectOf(source);
  const fields = fieldsOf(bytes, 0, bytes.length, dialect);
  const [field] = fields;
  if (field === undefined || fields.length !== 1) return undefined;
  return JSON.parse(fieldText(bytes, field, dialect)) as UnreadableRecord;
}
