import type { CsvDialect } from './dialect';

/** One field of a record as bytes of the buffer, quotes included. */
export interface FieldSpan {
  start: number;
  end: number;
  quoted: boolean;
}

/** Splits one record (no line end, no broken quotes) into fields. */
export function fieldsOf(buffer: Buffer, start: number, end: number, dialect: CsvDialect): FieldSpan[] {
  const { delimiter, quote } = dialect;
  const fields: FieldSpan[] = [];
  let position = start;
  for (;;) {
    const quoted = position < end && buffer[position] === quote;
    const from = quoted ? afterClosingQuote(buffer, position + 1, end, quote) : position;
    const delimiterAt = buffer.indexOf(delimiter, from);
    const fieldEnd = delimiterAt < 0 || delimiterAt >= end ? end : delimiterAt;
    fields.push({ start: position, end: fieldEnd, quoted });
    if (fieldEnd === end) return fields;
    position = fieldEnd + 1;
  }
}

/** Counts the fields of a record (no line end, no broken quotes). */
export function countFields(buffer: Buffer, start: number, end: number, dialect: CsvDialect): number {
  const { delimiter, quote } = dialect;
  for (let count = 1, position = start; ; count += 1) {
    const quoted = position < end && buffer[position] === quote;
    const from = quoted ? afterClosingQuote(buffer, position + 1, end, quote) : position;
    const delimiterAt = buffer.indexOf(delimiter, from);
    if (delimiterAt < 0 || delimiterAt >= end) return count;
    position = delimiterAt + 1;
  }
}

/** The field's text, without its quotes; doubled quotes become single ones. */
export function fieldText(buffer: Buffer, field: FieldSpan, dialect: CsvDialect): string {
  if (!field.quoted) return buffer.toString('utf8', field.start, field.end);
  const quote = String.fromCharCode(dialect.quote);
  return buffer.toString('utf8', field.start + 1, field.end - 1).replaceAll(quote + quote, quote);
}

function afterClosingQuote(buffer: Buffer, from: number, end: number, quote: number): number {
  for (let at = buffer.indexOf(quote, from); at >= 0 && at < end; at = buffer.indexOf(quote, at + 2)) {
    if (buffer[at + 1] !== quote || at + 1 >= end) return at + 1;
  }
  return end;
}
