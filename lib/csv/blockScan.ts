import { countLineFeeds } from '../encoding/countLineFeeds';
import { LINE_FEED, CARRIAGE_RETURN, type CsvDialect } from './dialect';

/**
 * State of the scan after the byte before a block. A quote opens a field only at the field's start, so three states are
 * enough to start anywhere. This is exact where counting quotes (parity) is not, e.g. after `5" disk`.
 */
export const ScanState = { OUTSIDE: 0, INSIDE: 1, QUOTE_PENDING: 2 } as const;
export type ScanState = (typeof ScanState)[keyof typeof ScanState];

/** The result of scanning a block from one start state. */
export interface StateScan {
  end: ScanState;
  /** Offset in the block of the byte after its first record end; -1 when no record ends in it. */
  firstBoundary: number;
  /** Record ends in the block. Blank lines are not records. */
  records: number;
  /** Record ends up to the first boundary: 1; or 0 when the boundary is a blank line's end or there is none. */
  recordsToBoundary: number;
  /** Offset in the block of the last quote that opens a field; -1 when none does. */
  lastOpening: number;
}

/** Adds the line feeds before the two offsets: with the number of lines before the block they give line numbers. */
export interface StateSummary extends StateScan {
  /** Line feeds before `firstBoundary`; 0 when there is none. */
  lineFeedsToBoundary: number;
  /** Line feeds before `lastOpening`; 0 when there is none. */
  lineFeedsToOpening: number;
}

/**
 * A block scanned from every start state. Blocks can be scanned in parallel, in any order, and composed afterwards:
 * composition is associative, and the state at the file's start is known. A block of a plan is scanned in chunks, whose
 * scans are composed; its `BlockSummary` (lib/planning) adds what is found about the text encoding.
 */
export interface BlockScan {
  /** Bytes. */
  length: number;
  /** Line feeds, including quoted ones: for line numbers. */
  lineFeeds: number;
  /** By start state. */
  states: readonly [StateSummary, StateSummary, StateSummary];
}

/**
 * Scans a block from every start state. `before` holds the two bytes before it (fewer at the file's start): they decide
 * whether a quote opens a field and whether a line is blank.
 */
export function scanFromEveryState(block: Buffer, before: Buffer, dialect: CsvDialect): BlockScan {
  const lineFeeds = countLineFeeds(block);
  const from = (start: ScanState) => withLineFeeds(block, lineFeeds, scanFromState(block, start, before, dialect));
  const outside = from(ScanState.OUTSIDE);
  const inside = from(ScanState.INSIDE);
  const pending = block.length > 0 && block[0] !== dialect.quote ? outside : from(ScanState.QUOTE_PENDING);
  return { length: block.length, lineFeeds, states: [outside, inside, pending] };
}

/** Counts from the nearer end: the first boundary is near the start, the last opening mostly near the end. */
function withLineFeeds(block: Buffer, lineFeeds: number, scan: StateScan): StateSummary {
  const { firstBoundary, lastOpening } = scan;
  return {
    ...scan,
    lineFeedsToBoundary: firstBoundary < 0 ? 0 : countLineFeeds(block.subarray(0, firstBoundary)),
    lineFeedsToOpening: lastOpening < 0 ? 0 : lineFeeds - countLineFeeds(block.subarray(lastOpening)),
  };
}

/** Scans a block from a known state: one pass instead of three. */
export function scanFromState(block: Buffer, start: ScanState, before: Buffer, dialect: CsvDialect): StateScan {
  const { quote, delimiter } = dialect;
  const summary: StateScan = { end: start, firstBoundary: -1, records: 0, recordsToBoundary: 0, lastOpening: -1 };
  const byteAt = (index: number): number | undefined => (index >= 0 ? block[index] : before[before.length + index]);
  let position = 0;
  let state: ScanState = start;
  let lineFeed = -1;
  if (state === ScanState.QUOTE_PENDING && block.length > 0) {
    state = block[0] === quote ? ScanState.INSIDE : ScanState.OUTSIDE;
    position = state === ScanState.INSIDE ? 1 : 0;
  }
  while (position < block.length) {
    const quoteAt = block.indexOf(quote, position);
    if (state === ScanState.OUTSIDE) {
      const segmentEnd = quoteAt < 0 ? block.length : quoteAt;
      if (lineFeed < position) lineFeed = nextLineFeed(block, position);
      for (; lineFeed < segmentEnd; lineFeed = nextLineFeed(block, lineFeed + 1)) {
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
      if (quoteAt + 1 === block.length) {
        state = ScanState.QUOTE_PENDING;
        break;
      }
      if (block[quoteAt + 1] === quote) {
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

/** Composes the scans of two neighbouring blocks. */
export function composeScans(left: BlockScan, right: BlockScan): BlockScan {
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

/** An undefined byte is before the start of the file, where a line starts. */
function isBlankLine(byteAt: (index: number) => number | undefined, lineFeed: number): boolean {
  const startsLine = (byte: number | undefined) => byte === undefined || byte === LINE_FEED;
  const previous = byteAt(lineFeed - 1);
  return startsLine(previous) || (previous === CARRIAGE_RETURN && startsLine(byteAt(lineFeed - 2)));
}

function nextLineFeed(block: Buffer, from: number): number {
  const at = block.indexOf(LINE_FEED, from);
  return at < 0 ? Infinity : at;
}
