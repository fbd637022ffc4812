import type { CsvHeader } from '../csv/header';
import { ScanState } from '../csv/blockScan';
import { textProblem } from '../encoding/textCheck';
import type { Problem } from '../problems/problem';
import { unterminatedQuote, type SplitRange } from './splitFile';
import type { BlockSummary } from './scan';

/**
 * Combines the summaries of the blocks of one file, in order, and splits the file at the first record end in each block but
 * the first. Record numbers, line numbers and faults are the same as in one pass over the file.
 */
export class FileFold {
  private state: ScanState = ScanState.OUTSIDE;
  private here: { offset: number; line: number; records: number };
  private start: { offset: number; line: number; records: number };
  private opening: { offset: number; line: number };
  private endsWithLineFeed = true;
  private fault: Problem | undefined;

  constructor(
    private readonly path: string,
    header: Pick<CsvHeader, 'length' | 'firstLine'>,
  ) {
    this.here = { offset: header.length, line: header.firstLine, records: 0 };
    this.start = { ...this.here };
    this.opening = { ...this.here };
  }

  /** Adds a block. Returns the range that ends in it, if there is one. */
  push({ scan, endsWithLineFeed, textFault }: BlockSummary, isFirst: boolean): SplitRange | undefined {
    if (this.fault !== undefined) return undefined;
    if (textFault !== undefined) {
      this.fault = textProblem({ ...textFault, line: this.here.line + textFault.line }, this.path);
      return undefined;
    }
    const entered = scan.states[this.state];
    const { offset, line, records } = this.here;
    if (entered.lastOpening >= 0) {
      this.opening = { offset: offset + entered.lastOpening, line: line + entered.lineFeedsToOpening };
    }
    this.here = { offset: offset + scan.length, line: line + scan.lineFeeds, records: records + entered.records };
    this.state = entered.end;
    this.endsWithLineFeed = endsWithLineFeed;
    if (isFirst || entered.firstBoundary < 0) return undefined;
    return this.close({
      offset: offset + entered.firstBoundary,
      line: line + entered.lineFeedsToBoundary,
      records: records + entered.recordsToBoundary,
    });
  }

  /** Returns the last range, the number of records in the file, and the fault of the file. Called after the last block. */
  finish(): { range?: SplitRange; records: number; fault?: Problem } {
    if (this.fault !== undefined) return { records: 0, fault: this.fault };
    if (this.state === ScanState.INSIDE) return { records: 0, fault: unterminatedQuote(this.path, this.opening) };
    if (!this.endsWithLineFeed) this.here.records += 1;
    const range = this.close(this.here);
    return { records: this.here.records, ...(range === undefined ? {} : { range }) };
  }

  private close(end: { offset: number; line: number; records: number }): SplitRange | undefined {
    const start = this.start;
    this.start = { ...end };
    if (end.records === start.records) return undefined;
    return {
      offset: start.offset,
      length: end.offset - start.offset,
      firstRecord: start.records + 1,
      firstLine: start.line,
      records: end.records - start.records,
    };
  }
}
