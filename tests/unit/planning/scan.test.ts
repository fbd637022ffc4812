import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { LINE_FEED } from '../../../lib/csv/dialect';
import { splitFile, type SplitRange } from '../../../lib/planning/splitFile';
import { blocksOf } from '../../../lib/planning/listBlocks';
import { FileFold } from '../../../lib/planning/foldFile';
import { summariseBlock } from '../../../lib/planning/summariseBlock';
import { chunksOf } from '../../support/chunksOf';
import { csvNoise, csvText, oracleRecords } from '../../support/csvText';

const HEADER = Buffer.from('\uFEFFid,title,n,day,body\r\n');
const DIALECT = { delimiter: 0x2c, quote: 0x22 };

/** A file of a header and these bytes. */
function fileOf(records: Buffer, chunkLength?: number) {
  const bytes = Buffer.concat([HEADER, records]);
  const header = { length: HEADER.length, firstLine: 2, columns: [] };
  return { bytes, header, file: { path: 'a.csv', size: bytes.length, stream: chunksOf(bytes, chunkLength) } };
}

/** Scans a file in blocks, last block first, and folds the summaries. */
async function scanAndFold(records: Buffer, blockLength: number, chunkLength?: number) {
  const { bytes, header, file } = fileOf(records, chunkLength);
  const blocks = blocksOf({ size: bytes.length, header }, blockLength);
  const backwards = [...blocks].reverse();
  const summaries = await Promise.all(backwards.map((block) => summariseBlock(file, block, header.length, DIALECT)));
  summaries.reverse();
  const fold = new FileFold('a.csv', header);
  const ranges: SplitRange[] = [];
  // Through JSON, as summaries are read from staging.
  for (const [index, summary] of summaries.entries()) {
    const range = fold.push(JSON.parse(JSON.stringify(summary)) as typeof summary, index === 0);
    if (range !== undefined) ranges.push(range);
  }
  const end = fold.finish();
  if (end.range !== undefined) ranges.push(end.range);
  return { bytes, header, ranges: end.fault === undefined ? ranges : [], records: end.records, fault: end.fault };
}

/** One pass over the whole file: the expected result of the fold. */
async function onePass(records: Buffer) {
  const { file, header } = fileOf(records);
  return splitFile(file, header, DIALECT, 1024);
}

/** Expects that ranges are adjacent, and that each range, read alone, gives its records of the whole file. */
function expectExact({ bytes, header, ranges, records }: Awaited<ReturnType<typeof scanAndFold>>): void {
  const whole = oracleRecords(bytes.subarray(header.length));
  expect(records).toBe(whole.length);
  const read: string[][] = [];
  for (const range of ranges) {
    expect(range.firstRecord).toBe(read.length + 1);
    expect(range.firstLine).toBe(lineOf(bytes, range.offset));
    const found = oracleRecords(bytes.subarray(range.offset, range.offset + range.length));
    expect(found).toHaveLength(range.records);
    read.push(...found);
  }
  expect(read).toEqual(whole);
}

function lineOf(bytes: Buffer, offset: number): number {
  return bytes.subarray(0, offset).filter((byte) => byte === LINE_FEED).length + 1;
}

/** Length of the longest prefix that is UTF-8 text without a NUL; undefined when all bytes are. */
function firstFault(bytes: Buffer): number | undefined {
  for (let length = bytes.length; length >= 0; length -= 1) {
    const start = bytes.subarray(0, length);
    if (isUtf8(start) && !start.includes(0)) return length === bytes.length ? undefined : length;
  }
  return 0;
}

const blockLength = fc.integer({ min: 1, max: 40 });

describe('scanning a file in blocks', () => {
  it('finds the same records and lines as csv-parse, at any block and chunk length from one byte up', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, blockLength, fc.integer({ min: 1, max: 50 }), async (text, length, chunkLength) => {
        const scanned = await scanAndFold(Buffer.from(text), length, chunkLength);
        expect(scanned.fault).toBeUndefined();
        expectExact(scanned);
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same result as one pass on any text, including broken quotes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(csvNoise, csvText), blockLength, async (text, length) => {
        const scanned = await scanAndFold(Buffer.from(text), length);
        const { records, fault } = await onePass(Buffer.from(text));
        expect({ records: scanned.records, fault: scanned.fault }).toEqual({ records, fault });
      }),
      { numRuns: 400 },
    );
  });

  it('finds the first byte that is not UTF-8 text, and its line, at any block length', async () => {
    const good = fc
      .constantFrom('a', '\n', '"', ',', 'é', '€', '😀', '\u07ff', '\uffff')
      .map((text) => Buffer.from(text));
    const bad = fc.constantFrom(
      [0x80],
      [0xbf, 0xbf],
      [0xc0, 0x80],
      [0xc3],
      [0xe2, 0x82],
      [0xe2, 0x0a],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x9f, 0x98],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff],
      [0x00],
    );
    const blocks = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: good },
        bad.map((bytes) => Buffer.from(bytes)),
      ),
      {
        maxLength: 24,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        blocks,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, length, block) => {
          const records = Buffer.concat(parts);
          const scanned = await scanAndFold(records, length, block);
          expect(scanned.fault).toEqual((await onePass(records)).fault);
          const at = firstFault(records);
          if (at === undefined) {
            expect(scanned.fault?.code ?? 'none').not.toMatch(/ENCODING|NOT_CSV/);
            return;
          }
          const byteOffset = HEADER.length + at;
          const line = lineOf(Buffer.concat([HEADER, records]), byteOffset);
          expect(scanned.fault?.where).toEqual({ file: 'a.csv', line, byteOffset });
        },
      ),
      { numRuns: 700 },
    );
  });

  it('reports where a quote that is never closed was opened', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, blockLength, async (text, length) => {
        const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
        const records = Buffer.from(`${before}x,"é\nnever ""closed""\n\n`);
        const { fault } = await scanAndFold(records, length);
        const byteOffset = HEADER.length + Buffer.byteLength(before) + 2;
        const line = lineOf(Buffer.concat([HEADER, records]), byteOffset);
        expect(fault).toMatchObject({ code: 'CSV_QUOTE_UNTERMINATED', where: { file: 'a.csv', line, byteOffset } });
      }),
      { numRuns: 300 },
    );
  });
});

describe('files that could mislead a scan', () => {
  const document = Array.from({ length: 40 }, (_unused, index) => {
    const fake = `fake-${index},Title,1,2026-01-01,plain body\n`.repeat(index % 7);
    const body = `Text ${index}, é€😀\r\n${fake}${index % 3 === 0 ? 'He said "x",\n"y"' : ''}`;
    return `doc-${index},T ${index},${index},2026-01-01,"${body.replaceAll('"', '""')}"\n`;
  }).join('');

  it.each<[string, string]>([
    ['bodies that embed whole records', document],
    ['the same with CR LF', document.replace(/\r?\n/g, '\r\n')],
    ['runs of doubled quotes', '"""""",""\n'.repeat(60)],
    ['every field quoted', '"a","b","c"\n'.repeat(60)],
    ['odd literal quotes in unquoted fields', 'a,5" disk,x\nb,"6"" disk",y\n'.repeat(40)],
    ['one giant record', `a,"${'line, "" and\r\n'.repeat(80)}",c\n`],
    ['no final line end', 'a,b\n"c","d\n"'],
    ['a quote as the last byte', 'a,"b"'],
    ['a carriage return as the last byte', 'a,b\r\nc,d\r'],
    ['blank lines only', '\n\r\n\n\r\n'],
    ['blank lines everywhere', '\n\na,b\n\r\n\n"c\n\n",d\n\n'],
    ['one byte', 'a'],
    ['nothing', ''],
  ])('%s: exact at every block length', async (_name, text) => {
    const records = Buffer.from(text);
    const lengths = [1, 2, 3, 4, 5, 7, 11, 13, 61, 64, 100, 1000, 65_536];
    for (const length of lengths) {
      const scanned = await scanAndFold(records, length);
      expect(scanned.fault).toBeUndefined();
      expectExact(scanned);
    }
  });

  it('reads records that cross the borders of real blocks', async () => {
    const record = `a,"${'é'.repeat(499)}\n",c,d,e\n`;
    const scanned = await scanAndFold(Buffer.from(record.repeat(20_000)), 9 * 1024 * 1024 + 1);
    expect(scanned.ranges).toHaveLength(3);
    expect(scanned.ranges.every(({ length }) => length % Buffer.byteLength(record) === 0)).toBe(true);
    expect(scanned.records).toBe(20_000);
    expect(scanned.ranges.map(({ firstLine }) => firstLine)).toEqual(
      scanned.ranges.map(({ firstRecord }) => 2 * (firstRecord - 1) + 2),
    );
  });
});

describe('blocks', () => {
  it('cover all bytes after the header once, have about the same length, and do not exceed the requested length', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 60 }), (size, length) => {
        const header = { length: Math.min(size, 7), firstLine: 2 };
        let at = header.length;
        const blocks = blocksOf({ size, header }, length);
        for (const block of blocks) {
          expect(block.offset).toBe(at);
          expect(block.length).toBeLessThanOrEqual(length);
          at += block.length;
        }
        expect(at).toBe(size);
        const lengths = blocks.map((block) => block.length);
        if (lengths.length > 0) expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
