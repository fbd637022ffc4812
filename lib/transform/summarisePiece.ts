import { LINE_FEED, type CsvDialect } from '../csv/dialect';
import { composeSummaries, summariseRange, type RangeSummary } from '../csv/rangeSummary';
import { lengthOfCarriedCharacter, TextCheck, type TextFault } from '../csv/textCheck';
import { peek } from '../sources/peek';
import type { FileToCut } from './fileToCut';
import type { PieceSummary } from './scan';

/** Bytes read beside a piece, on both sides: a character is at most four bytes long. */
const MARGIN = 3;

/**
 * Scans the bytes from `offset` on without knowing what came before them: under each state in which they may be entered.
 * A character over the piece's border is judged by the piece in which it begins. `start` is where the file's records start.
 * `keep` gets the piece's own bytes, in order. Memory: a few chunks.
 */
export async function summarisePiece(
  file: FileToCut,
  piece: { offset: number; length: number },
  start: number,
  dialect: CsvDialect,
  keep?: (bytes: Buffer) => Promise<void>,
): Promise<PieceSummary> {
  const end = piece.offset + piece.length;
  const windowStart = Math.max(start, piece.offset - MARGIN);
  const windowEnd = Math.min(file.size, end + MARGIN);
  const { head: before, all } = await peek(
    file.stream(windowStart, windowEnd - windowStart),
    piece.offset - windowStart,
  );
  const textStart = piece.offset + lengthOfCarriedCharacter(before);
  const check = new TextCheck(textStart, 0);
  const faultHere = (fault: TextFault | undefined) =>
    fault !== undefined && fault.byteOffset < end ? fault : undefined;

  let range: RangeSummary = summariseRange(Buffer.alloc(0), before, dialect);
  let lastTwo = before.subarray(-2);
  let offset = windowStart;
  for await (const chunk of all) {
    const own = chunk.subarray(Math.max(0, piece.offset - offset), Math.max(0, end - offset));
    await keep?.(own);
    const summary = summariseRange(own, lastTwo, dialect);
    check.push(chunk.subarray(Math.max(0, textStart - offset)), summary.lineFeeds);
    const textFault = faultHere(check.fault);
    if (textFault !== undefined) return { range, endsWithLineFeed: false, textFault };
    range = composeSummaries(range, summary);
    lastTwo = Buffer.concat([lastTwo, own.subarray(-2)]).subarray(-2);
    offset += chunk.length;
  }
  const textFault = windowEnd === file.size ? faultHere(check.finish()) : undefined;
  return {
    range,
    endsWithLineFeed: lastTwo.at(-1) === LINE_FEED,
    ...(textFault === undefined ? {} : { textFault }),
  };
}
