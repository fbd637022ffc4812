import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readContract } from '../../../lib/contract/reading/readContract';
import { PipelineError } from '../../../lib/problems/problem';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import { readJsonMembers } from '../../../lib/conversion/jsonMembers';
import { readUnreadable } from '../../../lib/conversion/unreadableRecord';
import { needsConversion, convertSource, type ConvertedSource } from '../../../lib/conversion/convertSource';
import { testStorage, uniqueName } from '../../support/servers';
import { oracleRecords } from '../../support/csvText';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { contractText, errorOf } from '../../support/lake';

const container = uniqueName('sources');
const store = createAzureStorage({ connectionString: testStorage() });
const lakehouse = {
  store,
  containers: { raw: container, staging: container, processed: container, quarantine: container },
  temporaryDirectory: path.join(tmpdir(), container),
} as Lakehouse;
const key = { dataset: 'notes', date: '2026-01-01', runId: 'run-1' };
beforeAll(() => store.ensureContainer(container));
afterAll(() => rm(lakehouse.temporaryDirectory, { recursive: true, force: true }));

const contractOf = (custom: Record<string, unknown> = {}) => readContract(contractText({ custom }), 'notes.yaml');

let files = 0;
/** Drops the bytes and converts them. Returns the converted text. */
async function convert(
  content: Buffer,
  custom: Record<string, unknown>,
  name = 'file.csv',
  unpackLimits?: Lakehouse['unpackLimits'],
): Promise<{ text: string; staged: ConvertedSource; source: string }> {
  files += 1;
  const source = `notes/2026-01-01/${files}-${name}`;
  await store.write(container, source, content);
  const info = await store.info(container, source);
  if (info === undefined) throw new Error('the file is not there');
  const staged = await convertSource({ ...lakehouse, unpackLimits }, key, info, contractOf(custom));
  const bytes = await store.read(container, staged.path);
  expect(staged).toEqual({ path: staged.path, size: bytes.length });
  return { text: bytes.toString('utf8'), staged, source };
}

async function stagedFiles(): Promise<string[]> {
  const found: string[] = [];
  for await (const { path: name } of store.list(container, 'notes/run-1/')) found.push(name);
  return found;
}

const HEADER = 'id,title,n,day,body\n';
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('which files are converted', () => {
  it.each([
    [{}, 'a.csv', false],
    [{}, 'a.csv.gz', true],
    [{ compression: 'none' }, 'a.csv.gz', false],
    [{ compression: 'gzip' }, 'a.csv', true],
    [{ encoding: 'utf-16le' }, 'a.csv', true],
    [{ encoding: 'windows-1252' }, 'a.csv', true],
    [{ format: 'ndjson' }, 'a.ndjson', true],
  ])('%j %s: %s', (custom, file, expected) => {
    expect(needsConversion(contractOf(custom), file)).toBe(expected);
  });
});

describe('conversion', () => {
  it('runs once, and again when the file has changed', async () => {
    const { staged, source } = await convert(gzipSync(HEADER), {}, 'a.csv.gz');
    const again = async (): Promise<ConvertedSource> => {
      const info = await store.info(container, source);
      if (info === undefined) throw new Error('the file is not there');
      return convertSource(lakehouse, key, info, contractOf());
    };
    expect(await again()).toEqual(staged);
    await store.write(container, source, gzipSync(`${HEADER}a-1,One,1,,x\n`));
    expect((await again()).path).not.toBe(staged.path);
    expect(staged.path).toMatch(/^notes\/run-1\/source-[0-9a-f]{16}\.csv$/);
  });

  it('refuses a file that changed after it was listed', async () => {
    await store.write(container, 'notes/2026-01-01/changed.csv.gz', gzipSync(HEADER));
    const listed = { path: 'notes/2026-01-01/changed.csv.gz', size: 20, etag: '"another"' };
    const error = await errorOf(convertSource(lakehouse, key, listed, contractOf()));
    expect(error).toBeInstanceOf(PipelineError);
    expect(['CSV_FILE_CHANGED', 'SOURCE_GZIP_BROKEN']).toContain(error['code']);
    const info = await store.info(container, listed.path);
    const other = { ...listed, size: info?.size ?? 0 };
    expect(await errorOf(convertSource(lakehouse, key, other, contractOf()))).toMatchObject({
      code: 'CSV_FILE_CHANGED',
    });
  });

  it('closes the connection of a file that is refused at its first bytes', async () => {
    let returned = 0;
    const counting: ObjectStore = {
      ...store,
      async *stream(...input) {
        try {
          yield* store.stream(...input);
        } finally {
          returned += 1;
        }
      },
    };
    await store.write(container, 'refused.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), randomBytes(1024 * 1024)]));
    const info = await store.info(container, 'refused.csv');
    const file = { path: 'refused.csv', size: info?.size ?? 0, etag: info?.etag ?? '' };
    const refusing = convertSource({ ...lakehouse, store: counting }, key, file, contractOf({ encoding: 'utf-16be' }));
    expect(await errorOf(refusing)).toMatchObject({ code: 'SOURCE_ENCODING_CONTRADICTED' });
    expect(returned).toBe(1);
  });
});

describe('gzip', () => {
  const text = `${HEADER}a-1,One,1,,"two\nlines"\n`;

  it('is decompressed, byte for byte', async () => {
    expect((await convert(gzipSync(text), {}, 'a.csv.gz')).text).toBe(text);
    expect((await convert(gzipSync(text), { compression: 'gzip' })).text).toBe(text);
  });

  it('of several members becomes one text, without the padding at the end', async () => {
    const members = [gzipSync(text.slice(0, 30)), gzipSync(text.slice(30)), Buffer.alloc(512)];
    expect((await convert(Buffer.concat(members), {}, 'a.csv.gz')).text).toBe(text);
  });

  it('only by name is read as plain text', async () => {
    expect((await convert(Buffer.from(text), {}, 'a.csv.gz')).text).toBe(text);
  });

  it('of more than one block is decompressed without changes', async () => {
    const row = (index: number): string => `a-${index},${randomBytes(90).toString('base64')},1,,x\n`;
    const long = HEADER + Array.from({ length: 180_000 }, (_, index) => row(index)).join('');
    const { text: staged } = await convert(gzipSync(long, { level: 1 }), {}, 'a.csv.gz');
    expect(staged === long).toBe(true);
  });

  const whole = gzipSync(HEADER + randomBytes(200_000).toString('hex'));
  const damaged = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  it.each([
    ['truncated in its data', whole.subarray(0, 100_000)],
    ['truncated in its trailer', whole.subarray(0, whole.length - 3)],
    ['with a wrong checksum', damaged(whole.length - 8)],
    ['with a wrong length', damaged(whole.length - 1)],
    ['with a flipped bit', damaged(150_000)],
    ['followed by text', Buffer.concat([whole, Buffer.from('a-1,One,1,,x\n')])],
    ['with a truncated second member', Buffer.concat([whole, whole.subarray(0, 50)])],
  ])('%s is refused', async (_name, content) => {
    const error = await errorOf(convert(content, {}, 'a.csv.gz'));
    expect(error).toMatchObject({ code: 'SOURCE_GZIP_BROKEN', status: 422, retryable: false });
    const { byteOffset } = error['where'] as { byteOffset: number };
    expect(byteOffset).toBeGreaterThanOrEqual(0);
    expect(byteOffset).toBeLessThanOrEqual(content.length);
  });

  it('that is longer than the limit when it is decompressed is refused, and leaves no file', async () => {
    const limits = { ratio: 2000, bytes: text.length - 1 };
    const before = await stagedFiles();
    expect(await errorOf(convert(gzipSync(text), {}, 'long.csv.gz', limits))).toMatchObject({
      code: 'SOURCE_TOO_LARGE',
      status: 422,
      where: { setting: 'UNPACKED_MEGABYTES_LIMIT' },
    });
    expect(await stagedFiles()).toEqual(before);
    // A conversion needs no local disk.
    expect(existsSync(lakehouse.temporaryDirectory)).toBe(false);
    const exact = { ratio: 2000, bytes: text.length };
    expect((await convert(gzipSync(text), {}, 'exact.csv.gz', exact)).text).toBe(text);
  });

  it('that is compressed more than any real text is refused after 256 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(280 * 1024 * 1024, 'x'));
    const limits = { ratio: 200, bytes: 1024 * 1024 * 1024 };
    expect(await errorOf(convert(bomb, {}, 'bomb.csv.gz', limits))).toMatchObject({
      code: 'SOURCE_TOO_LARGE',
      where: { setting: 'UNPACKED_RATIO_LIMIT' },
    });
  });

  it('that is declared but plain text is refused', async () => {
    const refused = errorOf(convert(Buffer.from(text), { compression: 'gzip' }));
    expect(await refused).toMatchObject({ code: 'SOURCE_GZIP_BROKEN' });
  });
});

describe('UTF-16', () => {
  const text = `${HEADER}a-1,Ünïcode,1,,"𝄞 clef, 漢字\n\uFEFFinside"\n`;

  it.each([
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16le', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['utf-16be', utf16be(text)],
    ['utf-16be', utf16be(`\uFEFF${text}`)],
  ])('%s is read, with and without a byte order mark', async (encoding, content) => {
    expect((await convert(content, { encoding })).text).toBe(text);
    expect((await convert(gzipSync(content), { encoding, compression: 'gzip' })).text).toBe(text);
  });

  it('is converted correctly wherever a block ends', async () => {
    const pairs = HEADER + '𝄞é'.repeat(2_800_000);
    for (const shift of ['', 'x']) {
      const { text: staged } = await convert(Buffer.from(shift + pairs, 'utf16le'), { encoding: 'utf-16le' });
      expect(staged === shift + pairs).toBe(true);
    }
  });

  const lines = `${HEADER}a-1,One,1,,x\n`;
  const before = Buffer.byteLength(lines, 'utf16le');
  it.each([
    ['an unpaired high surrogate', `${lines}\uD834x`, before, 3],
    ['a high surrogate at the end', `${lines}\uD834`, before, 3],
    ['an unpaired low surrogate', `${lines}xy\uDD1E`, before + 4, 3],
  ])('%s is refused with its byte offset', async (_name, content, byteOffset, line) => {
    for (const encoding of ['utf-16le', 'utf-16be']) {
      const bytes = encoding === 'utf-16le' ? Buffer.from(content, 'utf16le') : utf16be(content);
      expect(await errorOf(convert(bytes, { encoding }))).toMatchObject({
        code: 'SOURCE_ENCODING_INVALID',
        where: { byteOffset, line },
      });
      const marked = Buffer.concat([Buffer.from(encoding === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff]), bytes]);
      expect(await errorOf(convert(marked, { encoding }))).toMatchObject({
        where: { byteOffset: byteOffset + 2, line },
      });
    }
  });

  it('with an odd number of bytes is refused', async () => {
    const content = Buffer.concat([Buffer.from(lines, 'utf16le'), Buffer.from('x')]);
    expect(await errorOf(convert(content, { encoding: 'utf-16le' }))).toMatchObject({
      code: 'SOURCE_ENCODING_INVALID',
      where: { byteOffset: before, line: 3 },
    });
  });
});

describe('Windows-1252', () => {
  it('is decoded with its own table, not as Latin-1', async () => {
    const defined = Array.from({ length: 0x80 }, (_, index) => 0x80 + index).filter(
      (byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte),
    );
    const { text } = await convert(Buffer.from(defined), { encoding: 'windows-1252' });
    expect(text.slice(0, 27)).toBe('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');
    expect(text.slice(27)).toBe(Buffer.from(defined.slice(27)).toString('latin1'));
  });

  it.each([0x81, 0x8d, 0x8f, 0x90, 0x9d])('byte %d is undefined and refused', async (byte) => {
    const content = Buffer.concat([Buffer.from(`${HEADER}a-1,`), Buffer.from([byte])]);
    expect(await errorOf(convert(content, { encoding: 'windows-1252' }))).toMatchObject({
      code: 'SOURCE_ENCODING_INVALID',
      found: expect.stringContaining(`0x${byte.toString(16).toUpperCase()}`) as string,
      where: { line: 2, byteOffset: HEADER.length + 4 },
    });
  });
});

describe('a declared encoding that the file contradicts', () => {
  const marked = `\uFEFF${HEADER}`;
  it.each([
    ['utf-16le', utf16be(marked)],
    ['utf-16be', Buffer.from(marked, 'utf16le')],
    ['utf-16le', Buffer.from(marked)],
    ['utf-16le', Buffer.from(HEADER)],
    ['utf-16le', utf16be(HEADER)],
    ['windows-1252', Buffer.from(marked)],
    ['windows-1252', Buffer.from(marked, 'utf16le')],
    ['windows-1252', Buffer.from(HEADER, 'utf16le')],
  ])('%s (case %#) is refused', async (encoding, content) => {
    expect(await errorOf(convert(content, { encoding }))).toMatchObject({
      code: 'SOURCE_ENCODING_CONTRADICTED',
      expected: encoding,
    });
  });

  it('is refused in a compressed file too', async () => {
    const content = gzipSync(Buffer.from(marked, 'utf16le'));
    expect(await errorOf(convert(content, {}, 'a.csv.gz'))).toMatchObject({ code: 'SOURCE_ENCODING_CONTRADICTED' });
  });
});

describe('NDJSON', () => {
  const ndjson = { format: 'ndjson', glob: '*' };
  const rows = (text: string): string[][] => oracleRecords(text).slice(1);

  it('becomes records in the column order of the contract, with unchanged numbers and with null distinct from empty text', async () => {
    const lines = [
      '{"body":"say \\"hi\\"\\nthere","id":"a-1","title":"Ünï \\u00e9 \\ud834\\udd1e","n":9007199254740993,"day":null}',
      '',
      ' { "id" : "a-2" , "title":"","n" : 1.50e3,"body":true} ',
    ];
    const { text } = await convert(Buffer.from(`\uFEFF${lines.join('\r\n')}`), ndjson);
    expect(text).toBe(
      '"id","title","n","day","body"\n' +
        '"a-1","Ünï é 𝄞","9007199254740993",,"say ""hi""\nthere"\n' +
        '"a-2","","1.50e3",,"true"\n',
    );
  });

  it.each([
    ['{"id":"a","title":"t","body":"x"', 'ROW_JSON_INVALID', null],
    ["{'id':'a'}", 'ROW_JSON_INVALID', null],
    ['[{"id":"a","title":"t","body":"x"}]', 'ROW_JSON_NOT_OBJECT', null],
    ['"text"', 'ROW_JSON_NOT_OBJECT', null],
    ['null', 'ROW_JSON_NOT_OBJECT', null],
    ['{"id":"a","title":"t","body":"x","colour":"red"}', 'ROW_JSON_UNKNOWN_KEY', 'colour'],
    ['{"id":"a","title":"t"}', 'ROW_JSON_MISSING_KEY', 'body'],
    ['{"id":"a","title":"t","body":"x","id":"b"}', 'ROW_JSON_REPEATED_KEY', 'id'],
    ['{"id":"a","title":"t","body":{"text":"x, \\"}"}}', 'ROW_JSON_NESTED', 'body'],
    ['{"id":"a","title":["t"],"body":"x"}', 'ROW_JSON_NESTED', 'title'],
    ['{"id":"a","title":"t","body":"a\\u0000b"}', 'ROW_JSON_NOT_TEXT', 'body'],
    ['{"id":"a","title":"t","body":"\\ud834"}', 'ROW_JSON_NOT_TEXT', 'body'],
  ])('replaces the invalid line %s by a rejected record', async (line, code, column) => {
    const good = '{"id":"a-1","title":"One","body":"x"}';
    const { text } = await convert(Buffer.from([good, line, good].join('\n')), ndjson);
    const records = text.split('\n');
    expect(records[1]).toBe(records[3]);
    expect(readUnreadable(records[1] ?? '', contractOf().source)).toBeUndefined();
    expect(readUnreadable(records[2] ?? '', contractOf().source)).toEqual({
      faults: [expect.objectContaining({ code, column }) as object],
      line: 2,
      byteOffset: good.length + 1,
      raw: line,
    });
  });

  it('reports all faults of a line, with the expected key', async () => {
    const { text } = await convert(Buffer.from('{"ID":"a","title":[],"body":"x"}'), ndjson);
    expect(readUnreadable(text.split('\n')[1] ?? '', contractOf().source)?.faults).toMatchObject([
      { code: 'ROW_JSON_UNKNOWN_KEY', column: 'ID', expected: '"id"' },
      { code: 'ROW_JSON_NESTED', column: 'title' },
      { code: 'ROW_JSON_MISSING_KEY', column: 'id' },
    ]);
  });

  it('with a line that is too long rejects this line and reads the next', async () => {
    const giant = `{"id":"a-2","title":"t","body":"${'x'.repeat(33 * 1024 * 1024)}"}`;
    const good = '{"id":"a-3","title":"One","body":"y"}';
    const { text } = await convert(Buffer.from(`${giant}\n${good}\n`), ndjson);
    const [, first, second] = text.split('\n');
    expect(readUnreadable(first ?? '', contractOf().source)?.faults).toMatchObject([{ code: 'ROW_RECORD_TOO_LONG' }]);
    expect(second).toBe('"a-3","One",,,"y"');
  });

  it('keeps any text, whatever the quote and delimiter', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', "'", ';', '\n', '\r\n', 'NULL', '""', ''),
    );
    const record = fc.record({ id: value, title: value, body: value, n: fc.oneof(fc.integer(), fc.constant(null)) });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), fc.boolean(), async (records, isOdd) => {
        const kept = records.filter((one) => !JSON.stringify(one).includes('\\u0000'));
        fc.pre(kept.length > 0);
        const dialect = isOdd ? { delimiter: ';', quote: "'", nullText: 'NULL' } : {};
        const lines = kept.map((one) => JSON.stringify(one)).join('\n');
        const { text } = await convert(Buffer.from(lines), { ...ndjson, ...dialect });
        const expected = kept.map(({ id, title, body, n }) => [
          id,
          title,
          n === null ? (isOdd ? 'NULL' : '') : String(n),
          isOdd ? 'NULL' : '',
          body,
        ]);
        const read = isOdd
          ? oracleRecords(swapped(text))
              .slice(1)
              .map((row) => row.map(swapped))
          : rows(text);
        expect(read).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('that is not UTF-8 is refused as a whole', async () => {
    const content = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xe9]), Buffer.from('"}\n')]);
    expect(await errorOf(convert(content, ndjson))).toMatchObject({
      code: 'CSV_ENCODING_INVALID',
      where: { line: 1, byteOffset: 7 },
    });
  });

  it('in UTF-16, compressed, is read', async () => {
    const content = gzipSync(Buffer.from('\uFEFF{"id":"a-1","title":"é","body":"x"}', 'utf16le'));
    const custom = { ...ndjson, encoding: 'utf-16le', compression: 'gzip' };
    expect(rows((await convert(content, custom)).text)).toEqual([['a-1', 'é', '', '', 'x']]);
  });

  it('of an empty file is refused', async () => {
    expect(await errorOf(convert(Buffer.alloc(0), ndjson))).toMatchObject({ code: 'CSV_EMPTY_FILE' });
  });
});

/** Swaps the quotes and delimiters of the two dialects. */
function swapped(text: string): string {
  const other: Record<string, string> = { '"': "'", "'": '"', ',': ';', ';': ',' };
  return text.replaceAll(/["',;]/g, (character) => other[character] ?? '');
}

describe('the members of a JSON object', () => {
  it('are those that JSON.parse finds, in any layout', () => {
    const key = fc.string({ unit: 'binary', maxLength: 5 });
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })),
        fc.integer({ min: 0, max: 3 }),
        (object, indent) => {
          const members = readJsonMembers(JSON.stringify(object, null, indent));
          if (!Array.isArray(members)) throw new Error(JSON.stringify(members));
          const expected = Object.entries(JSON.parse(JSON.stringify(object)) as object).map(
            ([name, value]: [string, unknown]) => ({
              key: name,
              text:
                value === null
                  ? null
                  : typeof value === 'object'
                    ? undefined
                    : typeof value === 'string'
                      ? value
                      : JSON.stringify(value),
            }),
          );
          expect(members).toEqual(expected);
        },
      ),
    );
  });
});
