import fc from 'fast-check';
import { composeScans, ScanState, scanFromState, scanFromEveryState, type BlockScan } from '../../../lib/csv/blockScan';
import { visitRecords } from '../../../lib/csv/visitRecords';
import { csvNoise, csvText, oracleRecords } from '../../support/csvText';

const DIALECT = { delimiter: 0x2c, quote: 0x22 };

function summarise(bytes: Buffer, length: number): BlockScan[] {
  const summaries: BlockScan[] = [];
  for (let offset = 0; offset < bytes.length; offset += length) {
    const before = bytes.subarray(Math.max(0, offset - 2), offset);
    summaries.push(scanFromEveryState(bytes.subarray(offset, offset + length), before, DIALECT));
  }
  return summaries;
}

interface Folded {
  /** First record boundary of each range that has one: its byte offset in the file, and the records before it. */
  boundaries: { offset: number; records: number }[];
  end: ScanState;
  records: number;
}

/** Folds the summaries from the start of the file, where the state is known. */
function fold(summaries: BlockScan[]): Folded {
  const folded: Folded = { boundaries: [], end: ScanState.OUTSIDE, records: 0 };
  let offset = 0;
  for (const { length, states } of summaries) {
    const { firstBoundary, recordsToBoundary, records, end } = states[folded.end];
    if (firstBoundary >= 0) {
      folded.boundaries.push({ offset: offset + firstBoundary, records: folded.records + recordsToBoundary });
    }
    folded.end = end;
    folded.records += records;
    offset += length;
  }
  return folded;
}

/** Splits at the folded boundaries and reads each range alone. */
function readInRanges(bytes: Buffer, length: number): string[][] {
  const splits = fold(summarise(bytes, length)).boundaries.map(({ offset }) => offset);
  return [0, ...splits].flatMap((start, index) => oracleRecords(bytes.subarray(start, splits[index] ?? bytes.length)));
}

describe('range summaries', () => {
  it('split any text into ranges that give the records of the whole, at any length from one byte up', () => {
    fc.assert(
      fc.property(csvText, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const bytes = Buffer.from(text);
        expect(readInRanges(bytes, length)).toEqual(oracleRecords(bytes));
      }),
      { numRuns: 600 },
    );
  });

  it('count the records before each boundary', () => {
    fc.assert(
      fc.property(csvText, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const bytes = Buffer.from(text);
        for (const boundary of fold(summarise(bytes, length)).boundaries) {
          expect(boundary.records).toBe(oracleRecords(bytes.subarray(0, boundary.offset)).length);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('can be composed in any grouping, with the result of one pass', () => {
    fc.assert(
      fc.property(fc.oneof(csvNoise, csvText), fc.integer({ min: 1, max: 7 }), fc.nat(6), (text, length, split) => {
        const bytes = Buffer.from(text);
        const parts = summarise(bytes, length);
        if (parts.length < 2) return;
        const whole = scanFromEveryState(bytes, Buffer.alloc(0), DIALECT);
        const middle = 1 + (split % (parts.length - 1));
        const left = parts.slice(0, middle).reduce(composeScans);
        const right = parts.slice(middle).reduceRight((later, earlier) => composeScans(earlier, later));
        expect(composeScans(left, right)).toEqual(whole);
      }),
      { numRuns: 600 },
    );
  });

  it('find the same records as the record reader, on any text', () => {
    fc.assert(
      fc.property(fc.oneof(csvNoise, csvText), (text) => {
        const bytes = Buffer.from(text);
        const ends: number[] = [];
        const consumed = visitRecords(bytes, DIALECT, false, (record) => ends.push(record.end + record.lineEndLength));
        const summary = scanFromState(bytes, ScanState.OUTSIDE, Buffer.alloc(0), DIALECT);
        expect(summary.records).toBe(ends.length);
        expect(consumed).toBeLessThanOrEqual(bytes.length);
        const atEnd: number[] = [];
        visitRecords(bytes, DIALECT, true, (record) => atEnd.push(record.end));
        expect(atEnd.length - ends.length).toBe(consumed < bytes.length ? 1 : 0);
      }),
      { numRuns: 600 },
    );
  });

  it('are correct for texts that contain whole records', () => {
    let text = '';
    for (let index = 0; index < 300; index += 1) {
      const fake = `fake-${index},Fake title,2024-01-01,1,fake body without quotes\n`.repeat(5 + (index % 9));
      const body = `Text, start\n${fake}${index % 3 === 0 ? 'He said "x",\n"y"' : ''}`;
      text += `doc-${index},Title ${index},2023-05-05,${index},"${body.replaceAll('"', '""')}"\n`;
    }
    const bytes = Buffer.from(text);
    for (const length of [1, 2, 3, 7, 61, 1000, 65536]) {
      const { boundaries, records, end } = fold(summarise(bytes, length));
      expect({ records, end }).toEqual({ records: 300, end: ScanState.OUTSIDE });
      const starts = boundaries.map(({ offset }) => offset);
      for (const start of starts.filter((offset) => offset < bytes.length)) {
        expect(bytes.toString('utf8', start, start + 4)).toBe('doc-');
      }
    }
  });

  it('distinguish an open quote at the end from a closed one', () => {
    const end = (text: string) => fold(summarise(Buffer.from(text), 3)).end;
    expect(end('a,"b"')).toBe(ScanState.QUOTE_PENDING);
    expect(end('a,"b')).toBe(ScanState.INSIDE);
    expect(end('a,"b""')).toBe(ScanState.INSIDE);
    expect(end('a,5" disk')).toBe(ScanState.OUTSIDE);
  });
});
