import { LINE_FEED, type CsvDialect } from '../csv/dialect';
import { composeScans, scanFromEveryState, type BlockScan } from '../csv/blockScan';
import { lengthOfCarriedCharacter, TextCheck, type TextFault } from '../encoding/textCheck';
import { peek } from '../conversion/peek';
import type { FileToSplit } from './readableFile';
import type { BlockSummary } from './scan';

/** Bytes read before and after a block: a character is at most four bytes long. */
const MARGIN = 3;

/**
 * Scans a block without knowing what comes before it: once for each possible start state. A character across the border of
 * two blocks is checked with the block in which it begins. `start` is the offset at which the file's records start. `keep`
 * gets the block's own bytes, in order. Memory: a few chunks.
 */
export async function summariseBlock(
  file: FileToSplit,
  block: { offset: number; length: number },
  start: number,
  dialect: CsvDialect,
  keep?: (bytes: Buffer) => Promise<void>,
): Promise<BlockSummary> {
  const end = block.offset + block.length;
  const windowStart = Math.max(start, block.offset - MARGIN);
  const windowEnd = Math.min(file.size, end + MARGIN);
  const { head: before, all } = await peek(
    file.stream(windowStart, windowEnd - windowStart),
    block.offset - windowStart,
  );
  const textStart = block.offset + lengthOfCarriedCharacter(before);
  const check = new TextCheck(textStart, 0);
  const faultHere = (fault: TextFault | undefined) =>
    fault !== undefined && fault.byteOffset < end ? fault : undefined;

  let scan: BlockScan = scanFromEveryState(Buffer.alloc(0), before, dialect);
  let lastTwo = before.subarray(-2);
  let offset = windowStart;
  for await (const chunk of all) {
    const own = chunk.subarray(Math.max(0, block.offset - offset), Math.max(0, end - offset));
    await keep?.(own);
    const ownScan = scanFromEveryState(own, lastTwo, dialect);
    check.push(chunk.subarray(Math.max(0, textStart - offset)), ownScan.lineFeeds);
    const textFault = faultHere(check.fault);
    if (textFault !== undefined) return { scan, endsWithLineFeed: false, textFault };
    scan = composeScans(scan, ownScan);
    lastTwo = Buffer.concat([lastTwo, own.subarray(-2)]).subarray(-2);
    offset += chunk.length;
  }
  const textFault = windowEnd === file.size ? faultHere(check.finish()) : undefined;
  return {
    scan,
    endsWithLineFeed: lastTwo.at(-1) === LINE_FEED,
    ...(textFault === undefined ? {} : { textFault }),
  };
}
