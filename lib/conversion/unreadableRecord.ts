import { dialectOf } from '../csv/dialect';
import { fieldsOf, fieldText } from '../csv/recordFields';
import type { JsonRecordFault } from './jsonRecord';

/** A line of the source file that is not a valid record, with its position there. */
export interface UnreadableRecord {
  faults: JsonRecordFault[];
  /** 1-based. */
  line: number;
  /** From 0, in the decoded text. */
  byteOffset: number;
  /** Absent when the line is long. */
  raw?: string;
}

type Quoting = { delimiter: string; quote: string };

/**
 * Writes an unreadable record as a CSV record with a single field. It takes the line's place in the converted file, so that
 * the records keep their numbers. All other records there have several fields: a contract has at least two columns.
 */
export function unreadableToCsv(record: UnreadableRecord, { quote }: Quoting): string {
  return quote + JSON.stringify(record).replaceAll(quote, quote + quote) + quote;
}

/**
 * Characters. An unreadable record is always shorter, because its faults and text are limited. A longer single field belongs
 * to another record, which may be truncated.
 */
const LONGEST = 16 * 1024 * 1024;

/** Reads what `unreadableToCsv` wrote; undefined for any other record of a converted file. */
export function readUnreadable(raw: string, source: Quoting): UnreadableRecord | undefined {
  if (!raw.startsWith(source.quote) || raw.length > LONGEST) return undefined;
  const bytes = Buffer.from(raw);
  const dialect = dialectOf(source);
  const fields = fieldsOf(bytes, 0, bytes.length, dialect);
  const [field] = fields;
  if (field === undefined || fields.length !== 1) return undefined;
  return JSON.parse(fieldText(bytes, field, dialect)) as UnreadableRecord;
}
