import type { SourceOptions } from '../contract/contract';

/** Delimiter and quote as byte values. Both are ASCII, so UTF-8 text can be scanned as bytes. */
export interface CsvDialect {
  delimiter: number;
  quote: number;
}

export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;

export function dialectOf(source: Pick<SourceOptions, 'delimiter' | 'quote'>): CsvDialect {
  return { delimiter: source.delimiter.charCodeAt(0), quote: source.quote.charCodeAt(0) };
}
