import { open } from 'node:fs/promises';
import { LINE_FEED, type CsvDialect } from './dialect';
import type { LongRecord } from './longRecord';
import { LONGEST_RECORD_IN_BYTES, readRecordBlocks, type RecordBlock } from './recordBlocks';
import { countFields, fieldsOf } from './recordFields';
import { visitRecords, type RecordSpan } from './visitRecords';

/** A record that cannot be split into the expected fields. */
export interface MalformedRecord {
  /** 1-based number in the file. */
  ordinal: number;
  code: 'ROW_COLUMN_COUNT' | 'ROW_QUOTE_BROKEN' | 'ROW_BARE_CARRIAGE_RETURN' | 'ROW_RECORD_TOO_LONG';
  found: string;
  expected: string;
}

/**
 * Writes the well-formed records of a file, each with its number as first field, in one plain dialect: records end with LF,
 * and fields with literal quotes are quoted. `onMalformed` gets the malformed ones, in file order; what it throws ends the
 * work. The engine's reader may guess wrongly where the record after a malformed one starts, so it never reads one. With
 * `only`, records with other numbers are skipped.
 */
export async function rewriteRecords(
  inputFile: string,
  outputFile: string,
  dialect: CsvDialect,
  columnCount: number,
  onMalformed: (record: MalformedRecord) => void,
  only?: ReadonlySet<number>,
): Promise<{ records: number; lastOrdinal: number }> {
  let ordinal = 0;
  let records = 0;
  let lastOrdinal = 0;
  const output = await open(outputFile, 'w');
  try {
    const block = async ({ bytes, atEnd }: RecordBlock): Promise<number> => {
      const writer = new RecordWriter(bytes.length);
      const consumed = visitRecords(bytes, dialect, atEnd, (record) => {
        ordinal += 1;
        if (only !== undefined && !only.has(ordinal)) return;
        const fault = faultOf(bytes, record, dialect, columnCount);
        if (fault !== undefined) {
          onMalformed({ ordinal, ...fault });
          return;
        }
        writer.text(`${ordinal}`);
        writer.byte(dialect.delimiter);
        if (record.literalQuotes === 0) writer.copy(bytes, record.start, record.end);
        else writer.buffer(requoted(bytes, record, dialect));
        writer.byte(LINE_FEED);
        records += 1;
        lastOrdinal = ordinal;
      });
      for (const buffer of writer.done()) await output.writeFile(buffer);
      return consumed;
    };
    const longRecord = ({ length }: LongRecord): void => {
      ordinal += 1;
      if (only === undefined || only.has(ordinal)) onMalformed({ ordinal, ...tooLong(length) });
    };
    await readRecordBlocks(inputFile, dialect, { block, longRecord });
  } finally {
    await output.close();
  }
  return { records, lastOrdinal };
}

function faultOf(
  bytes: Buffer,
  record: RecordSpan,
  dialect: CsvDialect,
  columnCount: number,
): Omit<MalformedRecord, 'ordinal'> | undefined {
  const length = record.end - record.start;
  if (length > LONGEST_RECORD_IN_BYTES) return tooLong(length);
  if (record.brokenQuotes > 0) {
    return {
      code: 'ROW_QUOTE_BROKEN',
      found: `${record.brokenQuotes} closing quote(s) followed by other text`,
      expected: 'a delimiter or line end after a closing quote; a quote inside quotes written twice',
    };
  }
  if (record.bareCarriageReturns > 0) {
    return {
      code: 'ROW_BARE_CARRIAGE_RETURN',
      found: `${record.bareCarriageReturns} carriage return(s) outside quotes`,
      expected: 'LF or CR LF at the end of a record, carriage returns elsewhere in quotes',
    };
  }
  const fields = countFields(bytes, record.start, record.end, dialect);
  if (fields === columnCount) return undefined;
  return { code: 'ROW_COLUMN_COUNT', found: `${fields} fields`, expected: `${columnCount} fields` };
}

function tooLong(length: number): Omit<MalformedRecord, 'ordinal'> {
  return {
    code: 'ROW_RECORD_TOO_LONG',
    found: `${length} bytes`,
    expected: `at most ${LONGEST_RECORD_IN_BYTES} bytes`,
  };
}

function requoted(bytes: Buffer, record: RecordSpan, dialect: CsvDialect): Buffer {
  const quote = String.fromCharCode(dialect.quote);
  const fields = fieldsOf(bytes, record.start, record.end, dialect).map((field) => {
    const text = bytes.toString('utf8', field.start, field.end);
    return field.quoted || !text.includes(quote) ? text : quote + text.replaceAll(quote, quote + quote) + quote;
  });
  return Buffer.from(fields.join(String.fromCharCode(dialect.delimiter)));
}

/** Collects small writes in large buffers. */
class RecordWriter {
  private readonly full: Buffer[] = [];
  private current: Buffer;
  private filled = 0;

  constructor(expectedLength: number) {
    this.current = Buffer.allocUnsafe(expectedLength + (expectedLength >> 2) + 1024);
  }

  text(ascii: string): void {
    this.reserve(ascii.length);
    this.filled += this.current.write(ascii, this.filled, 'latin1');
  }

  byte(value: number): void {
    this.reserve(1);
    this.current[this.filled] = value;
    this.filled += 1;
  }

  copy(from: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    this.filled += from.copy(this.current, this.filled, start, end);
  }

  buffer(bytes: Buffer): void {
    this.copy(bytes, 0, bytes.length);
  }

  done(): Buffer[] {
    return [...this.full, this.current.subarray(0, this.filled)];
  }

  private reserve(length: number): void {
    if (this.filled + length <= this.current.length) return;
    this.full.push(this.current.subarray(0, this.filled));
    this.current = Buffer.allocUnsafe(Math.max(length, 1024 * 1024));
    this.filled = 0;
  }
}
