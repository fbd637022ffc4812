import { countLineFeeds } from '../encoding/countLineFeeds';
import { LINE_FEED, CARRIAGE_RETURN, type CsvDialect } from './dialect';

/**
 * State of the scan after the byte before a range. A quote opens a field only at the field's start, so three states are
 * enough to start anywhere. This is exact where counting quotes (parity) is not, e.g. after `5" disk`.
 */
export const ScanState = { OUTSIDE: 0, INSIDE: 1, QUOTE_PENDING: 2 } as const;
export type ScanState = (typeof ScanState)[keyof typeof ScanState];

/** The result of scanning a range from one start state. */
export interface StateScan {
  end: ScanState;
  /** Offset in the range of the byte after its first record end; -1 when no record ends in it. */
  firstBoundary: number;
  /** Record ends in the range. Blank lines are not records. */
  records: number;
  /** Record ends up to the first boundary: 1; or 0 when the boundary is a blank line's end or there is none. */
  recordsToBoundary: number;
  /** Offset in the range of the last quote that opens a field; -1 when none does. */
  lastOpening: number;
}

/** Adds what turns the two offsets into physical line numbers once the number of lines before the range is known. */
export interface StateSummary extends StateScan {
  /** Line feeds before `firstBoundary`; 0 when there is none. */
  lineFeedsToBoundary: number;
  /** Line feeds before `lastOpening`; 0 when there is none. */
  lineFeedsToOpening: number;
}

/**
 * A range scanned from every start state. Ranges can be summarised in parallel, in any order, and composed afterwards:
 * composition is associative, and the state at the file's start is known.
 */
export interface RangeSummary {
  /** Bytes. */
  length: number;
  /** Line feeds, including quoted ones: for line numbers. */
  lineFeeds: number;
  /** By start state. */
  states: readonly [StateSummary, StateSummary, StateSummary];
}

/**
 * Summarises a range. `before` holds the two bytes before it (fewer at the file's start): they decide whether a quote opens
 * a field and whether a line is blank.
 */
export function summariseRange(range: Buffer, before: Buffer, dialect: CsvDialect): RangeSummary {
  const lineFeeds = countLineFeeds(range);
  const from = (start: ScanState) => withLineFeeds(range, lineFeeds, summariseFrom(range, start, before, dialect));
  const outside = from(ScanState.OUTSIDE);
  const inside = from(ScanState.INSIDE);
  const pending = range.length > 0 && range[0] !== dialect.quote ? outside : from(ScanState.QUOTE_PENDING);
  return { length: range.length, lineFeeds, states: [outside, inside, pending] };
}

/** Counts from the nearer end: the first boundary is near the start, the last opening mostly near the end. */
function withLineFeeds(range: Buffer, lineFeeds: number, scan: StateScan): StateSummary {
  const { firstBoundary, lastOpening } = scan;
  return {
    ...scan,
    lineFeedsToBoundary: firstBoundary < 0 ? 0 : countLineFeeds(range.subarray(0, firstBoundary)),
    lineFeedsToOpening: lastOpening < 0 ? 0 : lineFeeds - countLineFeeds(range.subarray(lastOpening)),
  };
}

/** Scans a range from a known state: one pass instead of three. */
export function summariseFrom(range: Buffer, start: ScanState, before: Buffer, dialect: CsvDialect): StateScan {
  const { quote, delimiter } = dialect;
  const summary: StateScan = { end: start, firstBoundary: -1, records: 0, recordsToBoundary: 0, lastOpening: -1 };
  const byteAt = (index: number): number | undefined => (index >= 0 ? range[index] : before[before.length + index]);
  let position = 0;
  let state: ScanState = start;
  let lineFeed = -1;
  if (state === ScanState.QUOTE_PENDING && range.length > 0) {
    state = range[0] === quote ? ScanState.INSIDE : ScanState.OUTSIDE;
    position = state === ScanState.INSIDE ? 1 : 0;
  }
  while (position < range.length) {
    const quoteAt = range.indexOf(quote, position);
    if (state === ScanState.OUTSIDE) {
      const segmentEnd = quoteAt < 0 ? range.length : quoteAt;
      if (lineFeed < position) lineFeed = nextLineFeed(range, position);
      for (; lineFeed < segmentEnd; lineFeed = nextLineFeed(range, lineFeed + 1)) {
        const ends = isBlankLine(byteAt, lineFeed) ? 0 : 1;
        summary.records += ends;
        if (summary.firstBoundary < 0) {
          summary.firstBoundary = lineFeed + 1;
          summary.recordsToBoundary = ends;
        }
      }
      if (quoteAt < 0) break;
      const previous = byteAt(quoteAt - 1);
      if (previous === undefined || previous === delimiter || previous === LINE_FEED) {
        state = ScanState.INSIDE;
        summary.lastOpening = quoteAt;
      }
      position = quoteAt + 1;
    } else {
      if (quoteAt < 0) break;
      if (quoteAt + 1 === range.length) {
        state = ScanState.QUOTE_PENDING;
        break;
      }
      if (range[quoteAt + 1] === quote) {
        position = quoteAt + 2;
      } else {
        state = ScanState.OUTSIDE;
        position = quoteAt + 1;
      }
    }
  }
  summary.end = state;
  return summary;
}

/** Composes the summaries of two neighbouring ranges. */
export function composeSummaries(left: RangeSummary, right: RangeSummary): RangeSummary {
  const compose = (first: StateSummary): StateSummary => {
    const second = right.states[first.end];
    const here = first.firstBoundary >= 0;
    return {
      end: second.end,
      firstBoundary: here || second.firstBoundary < 0 ? first.firstBoundary : left.length + second.firstBoundary,
      records: first.records + second.records,
      recordsToBoundary: here ? first.recordsToBoundary : second.recordsToBoundary,
      lineFeedsToBoundary:
        here || second.firstBoundary < 0 ? first.lineFeedsToBoundary : left.lineFeeds + second.lineFeedsToBoundary,
      lastOpening: second.lastOpening < 0 ? first.lastOpening : left.length + second.lastOpening,
      lineFeedsToOpening:
        second.lastOpening < 0 ? first.lineFeedsToOpening : left.lineFeeds + second.lineFeedsToOpening,
    };
  };
  const [outside, inside, pending] = left.states;
  return {
    length: left.length + right.length,
    lineFeeds: left.lineFeeds + right.lineFeeds,
    states: [compose(outside), compose(inside), compose(pending)],
  };
}

/** Undefined bytes are before the start of the file; a line starts there. */
function isBlankLine(byteAt: (index: number) => number | undefined, lineFeed: number): boolean {
  const startsLine = (byte: number | undefined) => byte === undefined || byte === LINE_FEED;
  const previous = byteAt(lineFeed - 1);
  return startsLine(previous) || (previous === CARRIAGE_RETURN && startsLine(byteAt(lineFeed - 2)));
}

function nextLineFeed(range: Buffer, from: number): number {
  const at = range.indexOf(LINE_FEED, from);
  return at < 0 ? Infinity : at;
}
