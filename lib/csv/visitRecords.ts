import { CARRIAGE_RETURN, LINE_FEED, type CsvDialect } from './dialect';

/** One record's position in a buffer and its irregularities. The same object is reused for each record. */
export interface RecordSpan {
  /** Offset of the first byte. */
  start: number;
  /** Offset after the last byte, line end not counted. */
  end: number;
  /** Bytes of the line end: 0 (end of the file), 1 or 2. */
  lineEndLength: number;
  /** Quotes inside unquoted fields: plain characters, as in `5" disk`. */
  literalQuotes: number;
  /** Closing quotes with something other than a delimiter or line end after them. */
  brokenQuotes: number;
  /** Outside quotes, not part of a line end. */
  bareCarriageReturns: number;
}

/**
 * Calls `visit` for each complete record of a buffer that starts at a record's start; blank lines are not records. Returns the
 * number of bytes consumed: the rest is a record whose end is not in the buffer. With `atEnd`, the buffer's end is the end
 * of the file and also ends a record (a quote that is still open there is broken).
 */
export function visitRecords(
  buffer: Buffer,
  dialect: CsvDialect,
  atEnd: boolean,
  visit: (record: RecordSpan) => void,
): number {
  const { quote, delimiter } = dialect;
  const record: RecordSpan = {
    start: 0,
    end: 0,
    lineEndLength: 0,
    literalQuotes: 0,
    brokenQuotes: 0,
    bareCarriageReturns: 0,
  };
  let consumed = 0;
  let quoteAt = indexFrom(buffer, quote, 0);
  let carriageReturnAt = indexFrom(buffer, CARRIAGE_RETURN, 0);
  while (consumed < buffer.length) {
    record.start = consumed;
    record.literalQuotes = 0;
    record.brokenQuotes = 0;
    record.bareCarriageReturns = 0;
    let position = consumed;
    let lineFeedAt: number;
    for (;;) {
      lineFeedAt = indexFrom(buffer, LINE_FEED, position);
      if (quoteAt < position) quoteAt = indexFrom(buffer, quote, position);
      const segmentEnd = Math.min(quoteAt, lineFeedAt, buffer.length);
      if (carriageReturnAt < position) carriageReturnAt = indexFrom(buffer, CARRIAGE_RETURN, position);
      while (carriageReturnAt < segmentEnd) {
        if (carriageReturnAt + 1 !== lineFeedAt) record.bareCarriageReturns += 1;
        carriageReturnAt = indexFrom(buffer, CARRIAGE_RETURN, carriageReturnAt + 1);
      }
      if (quoteAt > lineFeedAt || quoteAt >= buffer.length) break;
      if (quoteAt > record.start && buffer[quoteAt - 1] !== delimiter) {
        record.literalQuotes += 1;
        position = quoteAt + 1;
        continue;
      }
      const closing = closingQuote(buffer, quoteAt + 1, quote);
      if (closing < 0) {
        if (!atEnd) return consumed;
        record.brokenQuotes += 1;
        record.end = buffer.length;
        record.lineEndLength = 0;
        visit(record);
        return buffer.length;
      }
      position = closing + 1;
      if (position === buffer.length) {
        if (!atEnd) return consumed;
      } else if (!endsField(buffer, position, delimiter)) {
        record.brokenQuotes += 1;
      }
    }
    const ended = lineFeedAt < buffer.length;
    if (!ended && !atEnd) return consumed;
    const lineEnd = ended ? lineFeedAt : buffer.length;
    const withCarriageReturn = ended && lineEnd > record.start && buffer[lineEnd - 1] === CARRIAGE_RETURN;
    record.end = withCarriageReturn ? lineEnd - 1 : lineEnd;
    record.lineEndLength = (ended ? 1 : 0) + (withCarriageReturn ? 1 : 0);
    if (record.end > record.start) visit(record);
    consumed = lineEnd + (ended ? 1 : 0);
  }
  return consumed;
}

/** Offset of the quote that closes a field whose text starts at `from`; -1 when the buffer ends first. */
function closingQuote(buffer: Buffer, from: number, quote: number): number {
  for (let at = buffer.indexOf(quote, from); at >= 0; at = buffer.indexOf(quote, at + 2)) {
    if (buffer[at + 1] !== quote) return at;
  }
  return -1;
}

function endsField(buffer: Buffer, at: number, delimiter: number): boolean {
  const byte = buffer[at];
  return byte === delimiter || byte === LINE_FEED || (byte === CARRIAGE_RETURN && buffer[at + 1] === LINE_FEED);
}

/** Infinity when absent, so that the search is not repeated. */
function indexFrom(buffer: Buffer, byte: number, from: number): number {
  const at = buffer.indexOf(byte, from);
  return at < 0 ? Infinity : at;
}
