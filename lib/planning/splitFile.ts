import { LINE_FEED, type CsvDialect } from '../csv/dialect';
import type { CsvHeader } from '../csv/header';
import { ScanState, scanFromState } from '../csv/blockScan';
import { countLineFeeds } from '../encoding/countLineFeeds';
import { TextCheck, textProblem } from '../encoding/textCheck';
import type { Problem } from '../problems/problem';
import type { FileToSplit } from './readableFile';
import type { PlannedRange } from './plan';

export type SplitRange = Omit<PlannedRange, 'file'>;

/** Bytes searched at once for the record end at which to split; the bytes after it are scanned again. */
const SEARCH_LENGTH = 64 * 1024;

/**
 * Reads a file once and splits it, after its header, at the first record end past each `rangeLength` bytes. `fault`: bytes
 * that are not UTF-8 text, or a quote that is still open at the end. `keep` gets all bytes read, in order. Memory: a few
 * chunks.
 */
export async function splitFile(
  file: FileToSplit,
  header: CsvHeader,
  dialect: CsvDialect,
  rangeLength: number,
  keep?: (bytes: Buffer) => Promise<void>,
): Promise<{ ranges: SplitRange[]; records: number; fault?: Problem }> {
  const check = new TextCheck(header.length, header.firstLine);
  const splitter = new RangeSplitter(header, dialect, rangeLength);
  for await (const block of file.stream(header.length, file.size - header.length)) {
    await keep?.(block);
    const line = splitter.line;
    splitter.push(block);
    check.push(block, splitter.line - line);
    if (check.fault !== undefined) break;
  }
  const textFault = check.finish();
  if (textFault !== undefined) return { ranges: [], records: 0, fault: textProblem(textFault, file.path) };
  return splitter.finish(file.path);
}

/** Scans a file from a known state; ends a range where it is long enough. */
class RangeSplitter {
  private readonly ranges: SplitRange[] = [];
  private state: ScanState = ScanState.OUTSIDE;
  private before: Buffer = Buffer.alloc(0);
  private here: { offset: number; line: number; records: number };
  private start: { offset: number; line: number; records: number };
  private opening: { offset: number; line: number };

  constructor(
    header: CsvHeader,
    private readonly dialect: CsvDialect,
    private readonly rangeLength: number,
  ) {
    this.here = { offset: header.length, line: header.firstLine, records: 0 };
    this.start = { ...this.here };
    this.opening = { ...this.here };
  }

  /** 1-based physical line up to which the file has been read. */
  get line(): number {
    return this.here.line;
  }

  push(block: Buffer): void {
    let rest = block;
    while (rest.length > 0) {
      const untilDue = this.start.offset + this.rangeLength - this.here.offset;
      const due = untilDue <= 0;
      const block = rest.subarray(0, due ? SEARCH_LENGTH : untilDue);
      const summary = scanFromState(block, this.state, this.before, this.dialect);
      if (summary.lastOpening >= 0) {
        const line = this.here.line + countLineFeeds(block.subarray(0, summary.lastOpening));
        this.opening = { offset: this.here.offset + summary.lastOpening, line };
      }
      if (due && summary.firstBoundary >= 0) {
        rest = this.advance(rest, summary.firstBoundary, ScanState.OUTSIDE, summary.recordsToBoundary);
        this.close();
      } else {
        rest = this.advance(rest, block.length, summary.end, summary.records);
      }
    }
  }

  finish(path: string): { ranges: SplitRange[]; records: number; fault?: Problem } {
    if (this.state === ScanState.INSIDE) {
      return { ranges: [], records: 0, fault: unterminatedQuote(path, this.opening) };
    }
    const lastByte = this.before.at(-1);
    if (lastByte !== undefined && lastByte !== LINE_FEED) this.here.records += 1;
    this.close();
    return { ranges: this.ranges, records: this.here.records };
  }

  private advance(rest: Buffer, length: number, state: ScanState, records: number): Buffer {
    const block = rest.subarray(0, length);
    this.here.offset += length;
    this.here.line += countLineFeeds(block);
    this.here.records += records;
    this.state = state;
    this.before = Buffer.concat([this.before, block.subarray(-2)]).subarray(-2);
    return rest.subarray(length);
  }

  private close(): void {
    if (this.here.records > this.start.records) {
      this.ranges.push({
        offset: this.start.offset,
        length: this.here.offset - this.start.offset,
        firstRecord: this.start.records + 1,
        firstLine: this.start.line,
        records: this.here.records - this.start.records,
      });
    }
    this.start = { ...this.here };
  }
}

export function unterminatedQuote(path: string, opening: { offset: number; line: number }): Problem {
  return {
    code: 'CSV_QUOTE_UNTERMINATED',
    message: 'A quote is opened and never closed.',
    found: 'the end of the file inside quotes',
    expected: 'a closing quote',
    where: { file: path, line: opening.line, byteOffset: opening.offset },
    remedy:
      'Correct this quote, or an earlier quote inside a quoted field that is not doubled. The file may also be incomplete.',
  };
}
