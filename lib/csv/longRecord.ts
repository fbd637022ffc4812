import { countLineFeeds } from '../encoding/countLineFeeds';
import { CARRIAGE_RETURN, LINE_FEED, type CsvDialect } from './dialect';

/** A record that is too long to be held in memory. */
export interface LongRecord {
  /** Byte offset of its first byte in the file. */
  offset: number;
  /** Bytes, line end not counted. */
  length: number;
  /** Bytes of the line end: 0 (end of the file), 1 or 2. */
  lineEndLength: number;
  /** In the record and its line end. */
  lineFeeds: number;
  /** The beginning of the record. Valid only during the call. */
  head: Buffer;
}

/**
 * Finds the end of one record in consecutive blocks, by the rules of `visitRecords`, and keeps none of it. The first block
 * starts with the record.
 */
export class LongRecordScan {
  /** Bytes before the current block. */
  private before = 0;
  private lineFeeds = 0;
  private inQuotes = false;
  /** The last block ended with a quote inside quotes: the next byte says whether it closes them. */
  private isUndecided = false;
  private lastByte = -1;

  constructor(private readonly dialect: CsvDialect) {}

  /** Bytes of the block up to the end of the record, its line end included; undefined when it goes on. */
  push(block: Buffer): number | undefined {
    const lineFeed = this.find(block);
    this.lineFeeds += countLineFeeds(lineFeed === undefined ? block : block.subarray(0, lineFeed + 1));
    if (lineFeed === undefined) {
      this.before += block.length;
      this.lastByte = block.at(-1) ?? this.lastByte;
      return undefined;
    }
    if (lineFeed > 0) this.lastByte = block[lineFeed - 1] ?? -1;
    this.before += lineFeed;
    return lineFeed + 1;
  }

  /** What is known when `push` has found the end, or the file has ended. */
  result(hasLineEnd: boolean): Pick<LongRecord, 'length' | 'lineEndLength' | 'lineFeeds'> {
    const carriageReturn = hasLineEnd && this.lastByte === CARRIAGE_RETURN ? 1 : 0;
    return {
      length: this.before - carriageReturn,
      lineEndLength: (hasLineEnd ? 1 : 0) + carriageReturn,
      lineFeeds: this.lineFeeds,
    };
  }

  /** Offset of the line feed that ends the record. */
  private find(block: Buffer): number | undefined {
    const { quote, delimiter } = this.dialect;
    let at = 0;
    if (this.isUndecided && block.length > 0) {
      this.isUndecided = false;
      if (block[0] === quote) at = 1;
      else this.inQuotes = false;
    }
    let lineFeed = -2;
    for (;;) {
      const quoteAt = block.indexOf(quote, at);
      if (this.inQuotes) {
        if (quoteAt < 0) return undefined;
        if (quoteAt === block.length - 1) {
          this.isUndecided = true;
          return undefined;
        }
        const isDoubled = block[quoteAt + 1] === quote;
        this.inQuotes = isDoubled;
        at = quoteAt + (isDoubled ? 2 : 1);
        continue;
      }
      // Searched again only when passed: a text may have very many quotes before it.
      if (lineFeed !== -1 && lineFeed < at) lineFeed = block.indexOf(LINE_FEED, at);
      if (lineFeed >= 0 && (quoteAt < 0 || lineFeed < quoteAt)) return lineFeed;
      if (quoteAt < 0) return undefined;
      const previous = quoteAt > 0 ? block[quoteAt - 1] : this.lastByte;
      this.inQuotes = previous === delimiter || this.before + quoteAt === 0;
      at = quoteAt + 1;
    }
  }
}
