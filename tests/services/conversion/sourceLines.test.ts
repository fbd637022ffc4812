import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readContract } from '../../../lib/contract/reading/readContract';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import type { ByteRange } from '../../../lib/storage/objectStore';
import { LineIndexBuilder, pointBefore, type LineIndex } from '../../../lib/conversion/lineIndex';
import { ndjsonToCsv } from '../../../lib/conversion/ndjsonToCsv';
import { withSourceLines, type SourceLine } from '../../../lib/conversion/sourceLines';
import { sourceText } from '../../../lib/conversion/sourceText';
import { contractText } from '../../support/lake';
import { ndjsonRecordsOf } from '../../support/ndjsonText';

const file = { path: 'notes/2026-01-01/a.ndjson', etag: '"1"', staged: 'notes/run-1/source-1.csv' };

/** Counts the bytes read and the streams that are still open. */
interface Counts {
  bytes: number;
  open: number;
}

async function* blocksOf(content: Buffer, blockLength: number, counts: Counts): AsyncGenerator<Buffer> {
  counts.open += 1;
  try {
    for (let at = 0; at < content.length; at += blockLength) {
      const block = content.subarray(at, at + blockLength);
      counts.bytes += block.length;
      yield await Promise.resolve(block);
    }
  } finally {
    counts.open -= 1;
  }
}

/** Indexes the content, then looks up the records. */
async function lookUp(
  content: Buffer,
  custom: Record<string, unknown>,
  lengths: { step: number; block: number },
  records: readonly number[],
): Promise<{ found: SourceLine[]; index: LineIndex } & Counts> {
  const contract = readContract(contractText({ custom: { format: 'ndjson', ...custom } }), 'notes.yaml');
  const counts: Counts = { bytes: 0, open: 0 };
  const { text, textStart } = await sourceText(blocksOf(content, lengths.block, counts), file.path, contract.source);
  const builder = new LineIndexBuilder(lengths.step);
  for await (const block of ndjsonToCsv(text, contract, builder)) expect(block.length).toBeGreaterThan(0);
  const index: LineIndex = { sourceLength: content.length, textStart, points: builder.points };
  expect(counts).toEqual({ bytes: content.length, open: 0 });
  counts.bytes = 0;
  const store = {
    stream: (_container: string, _path: string, { offset, length }: ByteRange) =>
      blocksOf(content.subarray(offset, offset + length), lengths.block, counts),
    read: () => Promise.resolve(Buffer.from(JSON.stringify(index))),
    info: () => Promise.resolve({ etag: file.etag }),
  };
  const lakehouse = { store, containers: { raw: 'raw', staging: 'staging' } } as unknown as Lakehouse;
  const found: SourceLine[] = [];
  await withSourceLines(lakehouse, file, contract.source, async (find) => {
    for (const record of records) found.push(await find(record));
  });
  return { found, index, ...counts };
}

describe('the lines of an NDJSON source', () => {
  const line = fc.oneof(
    fc.constantFrom('', ' ', '\t \r', '{', '{"id":"a","title":"é𝄞","n":1,"body":"x"}', '{"id":"a"}  \r'),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify({ id: text, title: text })),
    fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.replaceAll('\n', '')),
  );
  const mark = '\uFEFF';
  const forms: [string, Record<string, unknown>, (text: string) => Buffer][] = [
    ['plain', {}, (text) => Buffer.from(text)],
    ['marked', {}, (text) => Buffer.from(mark + text)],
    ['gzip', {}, (text) => gzipSync(text)],
    ['UTF-16', { encoding: 'utf-16be' }, (text) => Buffer.from(mark + text, 'utf16le').swap16()],
  ];

  it.each(forms)('are found by their numbers: %s', async (_name, custom, bytesOf) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.infiniteStream(fc.boolean()),
        async (lines, step, block, isWanted) => {
          // A NUL, byte order mark or magic number at the start would select another encoding or format.
          const text = `{"id":"start"}\n${lines.join('\n')}`.replaceAll('\0', '');
          const all = ndjsonRecordsOf(text);
          const records = all.map((_unused, index) => index + 1).filter(() => isWanted.next().value);
          const { found, open } = await lookUp(bytesOf(text), custom, { step, block }, records);
          expect(found).toEqual(records.map((record) => all[record - 1]));
          expect(open).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  const rows = Array.from({ length: 1000 }, (_, index) => `{"id":"a-${index}","title":"T","n":${index}}`);
  const content = Buffer.from(rows.join('\n'));

  it('are read from the nearest index point, up to the last requested line', async () => {
    const lengths = { step: 500, block: 64 };
    const { found, bytes, index } = await lookUp(content, {}, lengths, [400, 401, 900]);
    expect(found.map(({ raw }) => raw)).toEqual([rows[399], rows[400], rows[899]]);
    expect(bytes).toBeLessThan(2 * (500 + 4 * 64 + 60));
    expect(index.points[0]).toEqual({ record: 1, line: 1, byteOffset: 0 });
    expect(index.points.length).toBeGreaterThan(content.length / 600);
    expect(index.points.length).toBeLessThanOrEqual(content.length / 500 + 1);
  });

  it('are searched from the last index point before them', () => {
    const points = [1, 4, 5, 9].map((record) => ({ record, line: 2 * record, byteOffset: 10 * record }));
    const found = [1, 3, 4, 5, 6, 8, 9, 100].map((record) => pointBefore({ points }, record).record);
    expect(found).toEqual([1, 1, 4, 5, 5, 5, 9, 9]);
  });

  it('are not read when none is requested', async () => {
    expect(await lookUp(content, {}, { step: 500, block: 64 }, [])).toMatchObject({ found: [], bytes: 0 });
  });

  it('that do not exist throw an error', async () => {
    for (const form of [content, gzipSync(content)]) {
      await expect(lookUp(form, {}, { step: 500, block: 64 }, [1001])).rejects.toThrow('Record 1001');
      await expect(lookUp(form, {}, { step: 500, block: 64 }, [7, 6])).rejects.toThrow('Record 6');
    }
  });
});
