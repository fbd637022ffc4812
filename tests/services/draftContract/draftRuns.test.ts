import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { contractWarnings } from '../../../lib/contract/contractWarnings';
import { readContract } from '../../../lib/contract/reading/readContract';
import { inferContract } from '../../../lib/draftContract/inferContract';
import { commitRun } from '../../../lib/ingest/commitRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { stageRun, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
let folder: string;
beforeAll(async () => {
  lake = await startLake();
  folder = await mkdtemp(path.join(tmpdir(), 'draft-runs-'));
});
afterAll(async () => {
  await lake.stop();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
async function draft(content: string | Buffer, name = 'notes.csv', dataset = `draft-${(count += 1)}`) {
  const file = path.join(folder, dataset, name);
  await mkdir(path.dirname(file));
  await writeFile(file, content);
  const settings = { temporaryDirectory: path.join(folder, 'temporary'), duckDb: { memoryLimitInMegabytes: 512 } };
  const { yaml, notes } = await inferContract(file, { ...settings, dataset });
  return { yaml, notes, contract: readContract(yaml, 'draft.yaml'), dataset };
}

/** Drafts a contract from a file and runs it on the same file. */
async function run(content: string | Buffer, name?: string, dataset?: string) {
  const drafted = await draft(content, name, dataset);
  await writeFile(path.join(lake.contractsFolder, `${drafted.dataset}.yaml`), drafted.yaml);
  const key = { dataset: drafted.dataset, date: '2026-01-01', runId: 'run-1' };
  await lake.drop(key.dataset, key.date, name ?? 'notes.csv', Buffer.from(content));
  await stageRun(lake, key);
  const { passed } = await evaluateRun(lake, key);
  return { ...drafted, passed, ...(await commitRun(lake, key)) };
}

const TEXT = 'id,text\na,one\nb,two\n';

describe('a draft runs on its own file', () => {
  it.each(['2024', 'true', 'null', '1e5', 'yes', '0x1f', 'on'])('with the dataset %s', async (dataset) => {
    expect(await run(TEXT, 'notes.csv', dataset)).toMatchObject({ passed: true, rows: 2 });
  });

  it.each([
    ['quotes and line ends', '"say ""id""\r\n# x: y",text'],
    ['a no-break space at its end', 'id\u00a0,text'],
    ['spaces around it', ' id ,text'],
    ['signs of YAML', "'id: # {a}',- [text"],
    ['nothing', ',text'],
    ['a word that YAML reads as a value', 'null,true'],
    ['the name of a column that the transform adds', 'content_hash,derived_id'],
  ])('with a header that has %s', async (_title, header) => {
    expect(await run(`${header}\na,one\nb,two\n`)).toMatchObject({ passed: true, rows: 2 });
  });

  it.each([
    'a.tsv',
    'a.TSV',
    'a.txt',
    'data',
    'a.b.csv',
    'a{b.csv',
    'a,b.csv',
    'a [1].csv',
    'a.{x}',
    'a.csv.gz',
    'a.tsv.gz',
    'a.gz',
    'A.CSV.GZ',
  ])('with the file name %s', async (name) => {
    const content = /gz$/i.test(name) ? gzipSync(TEXT) : TEXT;
    expect(await run(content, name)).toMatchObject({ passed: true, rows: 2 });
  });

  it('with a file that is compressed, whatever its name says', async () => {
    expect(await run(gzipSync(TEXT), 'a.csv')).toMatchObject({ passed: true, rows: 2 });
    expect(await run(TEXT, 'b.csv.gz')).toMatchObject({ passed: true, rows: 2 });
  });

  it('with a line end in the name of the file', async () => {
    expect((await draft(TEXT, 'a\nkind: x\n.csv')).contract.status).toBe('draft');
  });

  it('with one record, and with long texts alone', async () => {
    expect(await run('id,text\na,one\n')).toMatchObject({ passed: true, rows: 1 });
    expect(await run(`a,b\n${'x'.repeat(501)},1.5\n`)).toMatchObject({ passed: true, rows: 1 });
  });
});

describe('the key of a draft', () => {
  /** Every pair (or triple) of values occurs once. */
  const product = (...sizes: number[]): string[] =>
    sizes.reduce<string[]>(
      (records, size, column) =>
        records.flatMap((record) => Array.from({ length: size }, (_u, at) => `${record}${'pqr'[column]}${at},`)),
      [''],
    );

  it('is the smallest of one to three columns, and loses no record', async () => {
    const pairs = product(40, 30).map((record) => `${record}x,some text\n`);
    const two = await run(`url,segment_id,topic,body\n${pairs.join('')}`);
    expect(two).toMatchObject({ passed: true, rows: 1200, rejected: 0 });
    expect(two.contract).toMatchObject({ key: { derivedFrom: ['url', 'segment_id'] }, quality: { maxRejectShare: 0 } });
    expect(two.notes).toEqual(['No column alone is a key. url and segment_id together are one in this file.']);
    const triples = product(8, 9, 10).map((record) => `${record}x\n`);
    const three = await run(`site,page,part,body\n${triples.join('')}`);
    expect(three).toMatchObject({ passed: true, rows: 720, rejected: 0 });
    expect(three.contract.key).toEqual({ derivedFrom: ['site', 'page', 'part'] });
  });

  it('is one column where one is enough, also when records are repeated whole', async () => {
    const { contract, notes } = await draft('id,text\na,one\nb,two\na,one\n');
    expect(contract.roles.id).toBe('id');
    expect(notes).toMatchObject([
      expect.stringContaining('ROW_DUPLICATE_KEY 1'),
      expect.stringContaining('Records that are the same as an earlier record: 1.'),
    ]);
  });

  it('is a hash of the record where there is none', async () => {
    const records = product(3, 3, 3).flatMap((record, at) => [`${record}${at % 2}\n`, `${record}${at % 2}\n`]);
    const four = 'a,b,c,d\n' + [...records, 'p0,q0,r0,9\n'].join('');
    const { contract, notes, rows, rejected, dropped, passed } = await run(four);
    expect({ rows, rejected, dropped, passed }).toEqual({ rows: 28, rejected: 0, dropped: 27, passed: true });
    expect(contract.key).toEqual({ derivedFrom: [], keep: { record: 'first' } });
    expect(notes[0]).toContain('hash of its whole record');
  });

  it('is never a column with gaps, and a column that is nearly a key is mentioned', async () => {
    const records = Array.from({ length: 100 }, (_u, at) => `${at === 7 ? 6 : at},${at % 9 ? at : ''},t${at % 50}\n`);
    const { contract, notes } = await draft(`no,other,title\n${records.join('')}`);
    expect(contract.key).toEqual({ derivedFrom: ['no', 'title'] });
    expect(notes).toContain('no repeats 1 of 100 values. Is it the key, and are the repetitions faults?');
  });

  it('takes bounded work for a wide file without a key', async () => {
    const columns = 40;
    const header = Array.from({ length: columns }, (_u, at) => `c${at}`).join(',');
    const line = (at: number) => Array.from({ length: columns }, (_u, column) => (at >> (column % 4)) & 1).join(',');
    const records = Array.from({ length: 64 }, (_u, at) => line(at));
    expect((await draft(`${header}\n${records.join('\n')}\n`)).contract.key?.derivedFrom).toEqual([]);
  });
});

describe('a contract that would lose records', () => {
  it('is warned of by check', () => {
    const text = (share: number) => `apiVersion: v3.1.0
kind: DataContract
id: a
version: 1.0.0
status: active
schema:
  - name: a
    properties:
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: t, logicalType: string, customProperties: [{property: role, value: title}, {property: role, value: text}]}
customProperties: [{property: maxRejectShare, value: ${share}}]
`;
    expect(contractWarnings(readContract(text(0.01), 'a.yaml'))).toEqual([]);
    expect(contractWarnings(readContract(text(0.97), 'a.yaml'))).toMatchObject([
      expect.stringContaining('up to 97 % of the records'),
    ]);
  });
});
