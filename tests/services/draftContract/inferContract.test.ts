import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { inferContract } from '../../../lib/draftContract/inferContract';
import { readContract, readContractWithNotes } from '../../../lib/contract/reading/readContract';
import { checkQueries } from '../../../lib/quality/checkQueries';
import { stateOfTheUnion } from '../../../samples/stateOfTheUnion';
import { commitRun } from '../../../lib/ingest/commitRun';
import { contractText, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';

const DATA = process.env.SHARED_DATA ?? path.join(__dirname, '../../../../shared/data');

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'infer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const settings = () => ({
  temporaryDirectory: path.join(folder, 'temporary'),
  duckDb: { memoryLimitInMegabytes: 512 },
  queryProcessFile: path.join(__dirname, '../../support/queryProcessFromSource.cjs'),
});

async function draftOf(content: string | Buffer, name = 'notes.csv') {
  files += 1;
  const file = path.join(folder, `${files}`, name);
  await mkdir(path.dirname(file));
  await writeFile(file, content);
  const { yaml: text, notes } = await inferContract(file, settings());
  expect(await readdir(settings().temporaryDirectory)).toEqual([]);
  return { text, notes, contract: readContract(text, 'draft.yaml') };
}

/** Infers the type of one column from these values. */
async function columnOf(values: string[], header = 'value') {
  const records = values.map((value, index) => `k-${index},"${value}",some text\n`).join('');
  const { contract } = await draftOf(`id,${header},text\n${records}`);
  const { logicalType, format, textFormat, pattern } = contract.columns[1] ?? {};
  return [logicalType, format ?? textFormat ?? pattern];
}

describe('a drafted contract', () => {
  it.each<[string, string[], (string | undefined)[], string?]>([
    ['whole numbers', ['1', '-2', '9223372036854775807'], ['integer', undefined]],
    ['a whole number that is too big', ['1', '9223372036854775808'], ['integer', undefined]],
    ['codes with leading zeros', ['01', '12'], ['string', undefined]],
    ['numbers', ['1', '2.5', '-1e3'], ['number', undefined]],
    ['numbers and nothing between quotes', ['1', '2', ''], ['integer', undefined]],
    ['numbers and one word', ['1', '2', 'none'], ['string', undefined]],
    ['true and false', ['true', 'FALSE'], ['boolean', undefined]],
    ['days', ['2026-01-31', '1999-12-01'], ['date', '%Y-%m-%d']],
    ['a day that does not exist', ['2026-01-31', '2026-02-30'], ['string', undefined]],
    ['days with dots', ['31.01.2026', '01.02.2026'], ['date', '%d.%m.%Y']],
    ['days with the month first', ['01/31/2026', '01/02/2026'], ['date', '%m/%d/%Y']],
    ['days with month names', ['18-Jul-20', '01-Dec-19'], ['date', '%d-%b-%y']],
    ['times', ['2026-01-31T10:00:00Z', '2026-01-31T23:59:59Z'], ['timestamp', '%Y-%m-%dT%H:%M:%SZ']],
    ['times with a space', ['2026-01-31 10:00:00', '2026-01-31 23:59:59'], ['timestamp', '%Y-%m-%d %H:%M:%S']],
    ['years in a column named like a time', ['1958', '2021'], ['date', '%Y'], 'year'],
    ['years in another column', ['1958', '2021'], ['integer', undefined]],
    ['a number in a column named like a time', ['1958', '121'], ['integer', undefined], 'day_count'],
    ['web addresses', ['https://example.org/a', 'http://example.org/b?c=d'], ['string', 'uri']],
    ['mail addresses', ['a@example.org', 'b.c+d@mail.example.org'], ['string', 'email']],
    [
      'few values, each frequent',
      Array.from({ length: 60 }, (_unused, at) => ['a.b', 'c|d'][at % 2] ?? ''),
      ['string', 'a\\.b|c\\|d'],
    ],
    ['few values, each rare', ['red', 'green', 'red'], ['string', undefined]],
  ])('recognises %s', async (...[, values, expected, header]) => {
    // No named parameters: jest would pass a callback for a parameter that a row omits.
    expect(await columnOf(values, header)).toEqual(expected);
  });

  it('infers required, key and roles, and marks guesses that other files may break', async () => {
    const { text, notes, contract } = await draftOf(
      'Doc No;Headline;Written by;Published;Abstract;Unused;Topic\n' +
        'd-1;One;Ann;2026-01-01;Text;;x\nd-2;Two;;2026-01-02;Text;;x\n;;;;;;\nd-3;Three;Bob;2026-01-02;"Te\n;xt";;y\n',
      'My Notes (2026).csv',
    );
    expect(contract).toMatchObject({
      dataset: 'my-notes-2026',
      roles: { id: 'doc_no', title: 'Headline', date: 'Published', text: 'Abstract', category: 'Topic' },
      source: { delimiter: ';', encoding: 'utf-8' },
      quality: { maxRejectShare: 0 },
    });
    expect(contract.columns.map(({ name, header, required, unique }) => [name, header, required, unique])).toEqual([
      ['doc_no', 'Doc No', true, true],
      ['Headline', undefined, true, false],
      ['written_by', 'Written by', false, false],
      ['Published', undefined, true, false],
      ['Abstract', undefined, true, false],
      ['Unused', undefined, false, false],
      ['Topic', undefined, true, false],
    ]);
    expect(text).toContain('primaryKey: true # guessed');
    expect(text).toContain('no value is repeated in this file, so it may be unique');
    expect(text).toContain('# guessed: the file has no value in it');
    expect(notes).toMatchObject([expect.stringContaining('1 of 4 records of this file would be rejected')]);
    expect(text).toContain(`# Not settled: ${notes[0]}`);
  });

  it('without known names, uses the column with the longest texts as the text, and the key only if there is no text column', async () => {
    const unknown = await draftOf('nr,tytuł,treść\n1,krótki,dłuższy tekst\n2,inny,jeszcze dłuższy\n');
    expect(unknown.contract.roles).toMatchObject({ id: 'nr', title: 'nr', text: 'tresc' });
    const numbers = await draftOf('nr,share\n1,0.5\n2,0.25\n');
    expect(numbers.contract.roles).toEqual({ id: 'nr', title: 'nr', text: 'nr' });
  });

  it('notes another format that fits', async () => {
    const { text } = await draftOf('id,day,text\na,01/02/2026,x y\nb,03/04/2026,x y\n');
    expect(text).toContain('format: dd/MM/yyyy # guessed: MM/dd/yyyy fits every value too');
  });

  it.each<[string, Buffer, Record<string, string>]>([
    ['windows-1252', Buffer.from('id,text\na,caf\xe9\nb,na\xefve\n', 'latin1'), { encoding: 'windows-1252' }],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffid,text\na,café\n'), { encoding: 'utf-8' }],
    ['UTF-8 that ends in a character of two bytes', Buffer.from('id,text\na,b\nc,café'), { encoding: 'utf-8' }],
    ['a second byte order mark', Buffer.from('\ufeff\ufeffid,text\na,b\n'), { encoding: 'utf-8' }],
    ['UTF-16', Buffer.from('\ufeffid,text\na,café\n', 'utf16le'), { encoding: 'utf-16le' }],
    ['UTF-8 longer than a block', Buffer.from(`id,text\n${'a,é€😀x\n'.repeat(150_000)}`), { encoding: 'utf-8' }],
    ['gzip', gzipSync('id\ttext\na\tcafé\n'), { compression: 'gzip', delimiter: '\t', glob: '*.csv.gz' }],
  ])('recognises %s', async (_name, content, source) => {
    const { contract } = await draftOf(content, source['compression'] === 'gzip' ? 'notes.csv.gz' : 'notes.csv');
    expect(contract).toMatchObject({ dataset: 'notes', source });
  });

  it('gives valid names to columns without one', async () => {
    const { contract } = await draftOf(',2nd col,Café,café,ingest_date,"two\nlines"\na,b,c,d,e,f\ng,h,i,j,k,l\n');
    expect(contract.columns.map(({ name, header }) => [name, header])).toEqual([
      ['column_1', ''],
      ['_2nd_col', '2nd col'],
      ['cafe', 'Café'],
      ['cafe_2', 'café'],
      ['ingest_date_2', 'ingest_date'],
      ['two_lines', 'two\nlines'],
    ]);
  });

  it.each([
    ['no content', '', 'CSV_EMPTY_FILE'],
    ['one column', 'name\na\nb\n', 'CONTRACT_INFER_NO_COLUMNS'],
    ['a column twice', 'id,text,id\na,b,c\n', 'CSV_HEADER_REPEATED_COLUMN'],
    ['no records', 'id,text\n', 'CONTRACT_INFER_NO_RECORDS'],
    ['only commas', 'id,text\n,\n,\n', 'CONTRACT_INFER_NO_RECORDS'],
    ['a quote that is never closed', 'id,text\na,b\nc,"d\n', 'CSV_QUOTE_UNTERMINATED'],
    ['a broken quote in the header', 'id,"te"xt\na,b\n', 'CSV_HEADER_QUOTE_BROKEN'],
    ['lines that end in CR', 'id,text\ra,b\rc,d\r', 'CSV_LINE_END_UNSUPPORTED'],
    ['a first line that ends in CR', 'id,text\ra,b\nc,d\n', 'CSV_LINE_END_UNSUPPORTED'],
    ['JSON', '[{"id": "a-1", "title": "One"}]\n', 'CSV_NOT_CSV'],
    ['an HTML page', '<html>\n<body>x</body>\n</html>\n', 'CSV_NOT_CSV'],
    ['a byte order mark alone', '\ufeff', 'CSV_EMPTY_FILE'],
    ['a NUL', 'id,text\na,b\nc,\0\n', 'CSV_NOT_CSV'],
    ['a PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 'CSV_NOT_CSV'],
  ])('is refused for a file with %s', async (_name, content, code) => {
    expect(await errorOf(draftOf(content))).toMatchObject({ code });
  });
});

describe('a draft contract accepts its file', () => {
  let lake: TestLake;
  beforeAll(async () => {
    lake = await startLake();
  });
  afterAll(() => lake.stop());

  async function ingestDraft(name: string, content: Buffer) {
    const { text, contract } = await draftOf(content, name);
    await writeFile(path.join(lake.contractsFolder, `${contract.dataset}.yaml`), text);
    const key = { dataset: contract.dataset, date: '2026-01-01', runId: 'run-1' };
    await lake.drop(key.dataset, key.date, name, content);
    await stageRun(lake, key);
    return commitRun(lake, key);
  }

  it('the sample', async () => {
    const [{ content, records } = { content: '', records: 0 }] = stateOfTheUnion();
    expect(await ingestDraft('sample.csv', Buffer.from(content))).toMatchObject({ rows: records, rejected: 0 });
  });

  it('a file with nothing but numbers', async () => {
    const content = Buffer.from('nr,share\n1,0.5\n2,0.25\n');
    expect(await ingestDraft('numbers.csv', content)).toMatchObject({ rows: 2, rejected: 0 });
    expect((await lake.documents('numbers', '2026-01-01')).map(({ text }) => text)).toEqual(['1', '2']);
  });

  it('a file with malformed and repeated records', async () => {
    const content = 'id,text\na,one\nb,two,more\na,one\n"c"x,four\nd,"fi\r\nve"\n';
    expect(await ingestDraft('dirty.csv', Buffer.from(content))).toMatchObject({ rows: 2, rejected: 3 });
  });

  for (const [name, rows, rejected] of [
    ['csv/federal-register/fed_register.csv', 587, 0],
    ['csv/ted-talks/ted_main.csv', 2550, 0],
    ['csv/financial-headlines/cnbc_headlines.csv', 453, 1983],
    ['csv/financial-headlines/reuters_headlines.csv', 499, 0],
    ['csv/financial-headlines/guardian_headlines.csv', 499, 17_301],
    ['retrieval/cranfield/documents.csv', 1400, 0],
    ['retrieval/msmarco-5k/documents.csv', 5000, 0],
    ['retrieval/scifact/documents.csv', 5183, 0],
  ] as const) {
    const file = path.join(DATA, name);
    const [run, note] = existsSync(file) ? [it, ''] : [it.skip, ` (skipped: it is not at ${file})`];
    run(`${name}${note}`, async () => {
      const unique = `${name.split('/').at(-2)}-${path.basename(name)}`;
      expect(await ingestDraft(unique, readFileSync(file))).toMatchObject({ rows, rejected });
    });
  }
});

describe('checking queries', () => {
  it('reports each query that cannot be run, with its place', async () => {
    const text = contractText().replace(
      'name: n,',
      'name: n, quality: [{type: sql, query: "SELECT sum(${column}) FROM ${table}", mustBe: 0}, {type: sql, query: "SELECT summ(n) FROM ${table}", mustBe: 0}, {type: sql, query: "SELECT 1, 2", mustBe: 0}],',
    );
    expect(await checkQueries(readContractWithNotes(text, 'notes.yaml'), settings())).toMatchObject([
      { code: 'CONTRACT_QUERY_INVALID', where: { line: 12, field: 'schema[0].properties[2].quality[1]' } },
      { code: 'CONTRACT_QUERY_INVALID', where: { line: 12, field: 'schema[0].properties[2].quality[2]' } },
    ]);
  });
});

it('checking a query that does not end on an empty table ends at a time limit', async () => {
  const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c';
  const text = contractText().replace('name: n,', `name: n, quality: [{type: sql, query: "${endless}", mustBe: 0}],`);
  const reading = readContractWithNotes(text, 'notes.yaml');
  expect(await checkQueries(reading, { ...settings(), timeLimitInSeconds: 1 })).toMatchObject([
    { code: 'QUALITY_RULE_TIMEOUT', where: { line: 12, field: 'schema[0].properties[2].quality[0]' } },
  ]);
});

describe('npm run contract', () => {
  const run = (...options: string[]) => {
    const command = path.join(__dirname, '../../../dist/local/commands/contractCommand.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...options], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it('drafts a contract that check accepts, and does not overwrite a file', async () => {
    const file = path.join(folder, 'drop.csv');
    const out = path.join(folder, 'letters.yaml');
    await writeFile(file, 'id,title,text\na,A,some text\nb,B,some text\n');
    expect(run('infer', file, '--out', out)).toMatchObject({ status: 0, stderr: '' });
    expect(run('check', out)).toEqual({
      status: 0,
      stdout: `ok    ${out}: 3 columns, 0 quality rules\nwarn  ${out}: status is draft: check every line marked "guessed", then set it to active.\n`,
      stderr: '',
    });
    expect(run('infer', file, '--dataset', 'letters').stdout).toBe(readFileSync(out, 'utf8'));
    expect(run('infer', file, '--out', out)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('exists already, and nothing was written') as string,
    });
    expect(run('infer', file, '--out', path.join(folder, 'absent', 'x.yaml'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('does not exist, and nothing was written') as string,
    });
    for (const command of ['infer', 'check']) {
      expect(run(command, folder)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`No such file: ${folder}`) as string,
      });
    }
  });

  it('refuses a pattern that is too large for the engine', async () => {
    const file = path.join(folder, 'large.yaml');
    const text = contractText({ dataset: 'large' });
    await writeFile(file, text.replace(`{pattern: '[a-z0-9-]+'}`, `{pattern: '\\p{L}{1000}'}`));
    const { status, stdout } = run('check', file);
    expect(stdout).toContain('schema[0].properties[0].logicalTypeOptions.pattern): The engine cannot match');
    expect(status).toBe(1);
  });

  it('reports every fault of every file with line and path', async () => {
    const faulty = path.join(folder, 'faulty.yaml');
    const broken = path.join(folder, 'broken.yaml');
    await writeFile(
      faulty,
      contractText().replace('maximum: 1000', 'maximum: many').replace('required: true', 'requird: 1'),
    );
    await writeFile(
      broken,
      contractText({ dataset: 'other' }).replace(
        'name: n,',
        'name: n, quality: [{type: sql, query: SELECT x, mustBe: 0}],',
      ),
    );
    const { status, stdout } = run('check', faulty, broken);
    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^FAULT CONTRACT_FIELD_INVALID .*faulty\.yaml, line 11, schema\[0\]\.properties\[1\]\.requird/,
      ),
      expect.stringMatching(
        /^FAULT CONTRACT_FIELD_INVALID .*faulty\.yaml, line 12, schema\[0\]\.properties\[2\].*maximum/,
      ),
      expect.stringMatching(/^FAULT CONTRACT_FIELD_INVALID .*broken\.yaml, schema\[0\]\.name/),
      expect.stringMatching(
        /^FAULT CONTRACT_QUERY_INVALID .*broken\.yaml, line 12, schema\[0\]\.properties\[2\]\.quality\[0\]/,
      ),
    ]);
  });

  it.each([[[]], [['infer']], [['check']], [['chekc', 'x.yaml']], [['check', 'absent.yaml']]])(
    'prints its usage for %j',
    (options) => {
      expect(run(...options)).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage: ') as string });
    },
  );
});
