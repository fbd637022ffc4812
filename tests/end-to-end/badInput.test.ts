import { gzipSync } from 'node:zlib';
import { BlobServiceClient } from '@azure/storage-blob';
import type { Problem } from '../../lib/problems/problem';
import { postgresConnection } from '../../lib/postgresConnection';
import { createPostgres } from '../../lib/database/postgres';
import type { Database } from '../../lib/database/database';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const DATASET = 'state-of-the-union';
const HEADER = 'doc_id,title,author,published_at,category,body\n';
const row = (id: string, body = `The body of ${id}, about the treasury.`, date = '1900-01-01'): string =>
  `${id},Address ${id},Some President,${date},Whig,"${body}"\n`;
const rows = (...ids: string[]): string => ids.map((id) => row(id)).join('');

let platform: RunningTestPlatform;
let database: Database;
beforeAll(async () => {
  platform = await startTestPlatform();
  database = createPostgres(postgresConnection(platform.config.postgres));
});
afterAll(async () => {
  await database?.close();
  await platform?.stop();
});

async function objects(container: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of platform.store.list(container, '')) found.push(path);
  return found;
}

async function points(filter?: object): Promise<number> {
  const response = await fetch(`${platform.config.qdrant.url}/collections/documents/points/count`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'api-key': platform.config.qdrant.apiKey ?? '' },
    body: JSON.stringify({ exact: true, ...(filter ? { filter } : {}) }),
  });
  return ((await response.json()) as { result: { count: number } }).result.count;
}

const documentsIn = async (date: string): Promise<string[]> =>
  (
    await database.query<{ doc_id: string }>('select doc_id from documents where ingest_date = $1 order by 1', [date])
  ).map(({ doc_id }) => doc_id);

const BAD_FILES: [string, string, Record<string, string | Buffer>, string, Partial<Problem>][] = [
  [
    'a missing column',
    '1801-01-01',
    { 'a.csv': HEADER.replace('author,', '') + rows('x') },
    'CSV_HEADER_MISSING_COLUMN',
    { where: { file: `${DATASET}/1801-01-01/a.csv`, line: 1, column: 'author' } },
  ],
  [
    'a renamed column',
    '1801-01-02',
    { 'a.csv': HEADER.replace('author', 'autor') + rows('x') },
    'CSV_HEADER_RENAMED_COLUMN',
    { found: expect.stringContaining('autor') as string },
  ],
  [
    'a repeated column',
    '1801-01-03',
    { 'a.csv': HEADER.replace('category', 'category,category') + rows('x') },
    'CSV_HEADER_REPEATED_COLUMN',
    {},
  ],
  ['an empty file', '1801-01-04', { 'a.csv': '' }, 'CSV_EMPTY_FILE', {}],
  ['a file that is not CSV', '1801-01-05', { 'a.csv': gzipSync('PK nothing') }, '', {}],
  [
    'a wrong encoding',
    '1801-01-06',
    {
      'a.csv': Buffer.concat([
        Buffer.from(HEADER + rows('x')),
        Buffer.from('y,Caf\xe9,B,1900-01-01,Whig,z\n', 'latin1'),
      ]),
    },
    '',
    {},
  ],
  [
    'an unterminated quote',
    '1801-01-07',
    { 'a.csv': `${HEADER}${rows('x')}y,T,A,1900-01-01,Whig,"never closed\n` },
    '',
    {},
  ],
  ['one bad file among good ones', '1801-01-08', { 'a.csv': HEADER + rows('x'), 'b.csv': '' }, 'CSV_EMPTY_FILE', {}],
  ['an absent raw folder', '1801-01-09', {}, 'RAW_FOLDER_NOT_FOUND', {}],
];

describe('a bad file', () => {
  it.each(BAD_FILES)(
    '%s: the run fails with a code and nothing appears',
    async (_name, date, files, code, expected) => {
      for (const [name, content] of Object.entries(files)) await platform.drop(DATASET, date, name, content);
      const run = await platform.ingest(DATASET, date);
      expect(run.status).toBe('Failed');
      expect(run.error).toMatchObject({ ...(code === '' ? {} : { code }), ...expected });
      expect(run.error?.code).toMatch(/^(CSV|RAW)_[A-Z_]+$/);
      expect(run.error?.found).toBeTruthy();
      expect(run.error?.expected).toBeTruthy();
      expect(run.error?.where?.file).toContain(`${DATASET}/${date}/`);
      expect(await objects(platform.config.lake.containers.processed)).toEqual([]);
      expect(await documentsIn(date)).toEqual([]);
      expect(await points()).toBe(0);
    },
  );
});

describe('malformed rows', () => {
  it('are counted and quarantined with their fault, and the others are loaded', async () => {
    const good = Array.from({ length: 200 }, (_, index) => `doc-${index}`);
    const bad = `too,few\n${row('bad-date', 'x', '1900-02-31')}`;
    await platform.drop(
      DATASET,
      '1802-01-01',
      'a.csv',
      HEADER + rows(...good.slice(0, 100)) + bad + rows(...good.slice(100)),
    );
    const run = await platform.ingest(DATASET, '1802-01-01');
    expect(run).toMatchObject({
      status: 'Completed',
      rejected: 2,
      rows: { source: 202, lake: 200, sql: 200, vectors: 200 },
    });
    const [file] = await objects(platform.config.lake.containers.quarantine);
    const rejects = (await platform.store.read(platform.config.lake.containers.quarantine, file ?? ''))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { record: number; code: string; column: string | null; raw: string });
    expect(rejects.map(({ record }) => record)).toEqual([101, 102]);
    expect(rejects[0]?.raw).toContain('too,few');
    expect(rejects[1]).toMatchObject({ column: 'published_at' });
  });

  it('close the gate if there are too many: nothing of the run is visible', async () => {
    const before = await objects(platform.config.lake.containers.processed);
    await platform.drop(DATASET, '1802-01-02', 'a.csv', `${HEADER}${rows('a', 'b')}${row('c', 'x', 'yesterday')}`);
    const run = await platform.ingest(DATASET, '1802-01-02');
    expect(run).toMatchObject({ status: 'Failed', error: { code: 'QUALITY_GATE_CLOSED' } });
    expect(await objects(platform.config.lake.containers.processed)).toEqual(before);
    expect(await documentsIn('1802-01-02')).toEqual([]);
  });
});

describe('the same date again', () => {
  const DATE = '1803-01-01';

  it('duplicates nothing, embeds nothing', async () => {
    await platform.drop(DATASET, DATE, 'a.csv', HEADER + rows('one', 'two', 'three'));
    const first = await platform.ingest(DATASET, DATE);
    expect(first).toMatchObject({
      rows: { source: 3, lake: 3, sql: 3, vectors: 3 },
      chunks: { embedded: 3, reused: 0 },
    });
    const before = await points();
    const second = await platform.ingest(DATASET, DATE);
    expect(second).toMatchObject({ rows: first.rows, chunks: { embedded: 0, reused: 3, deleted: 0 } });
    expect(second.runId).not.toBe(first.runId);
    expect(await points()).toBe(before);
    expect(await documentsIn(DATE)).toEqual(['one', 'three', 'two']);
  });

  it('with changed files has their changed, removed and new documents', async () => {
    await platform.drop(DATASET, DATE, 'a.csv', HEADER + rows('one') + row('two', 'A changed body.') + rows('four'));
    const run = await platform.ingest(DATASET, DATE);
    expect(run).toMatchObject({
      status: 'Completed',
      rows: { source: 3, lake: 3, sql: 3, vectors: 3 },
      chunks: { embedded: 2, reused: 1, deleted: 2 },
    });
    expect(await documentsIn(DATE)).toEqual(['four', 'one', 'two']);
  });

  it('leaves nothing in staging', async () => {
    expect(await objects(platform.config.lake.containers.staging)).toEqual([]);
  });
});

describe('an older date that is run later', () => {
  it('does not bring old text back', async () => {
    await platform.drop(DATASET, '1803-06-02', 'a.csv', HEADER + row('doc', 'The newer text.'));
    await platform.drop(DATASET, '1803-06-01', 'a.csv', HEADER + row('doc', 'The older text.'));
    await platform.ingest(DATASET, '1803-06-02');
    const older = await platform.ingest(DATASET, '1803-06-01');
    expect(older).toMatchObject({ status: 'Completed', rows: { lake: 1, sql: 1, vectors: 0 } });
    expect(await points({ must: [{ key: 'doc_id', match: { value: 'doc' } }] })).toBe(1);
  });
});

describe('a container that was deleted', () => {
  it('is created again by the next run, which logs it and starts a new table with its date', async () => {
    const { access, containers } = platform.config.lake;
    if (access.kind !== 'connectionString') throw new Error('the local platform has a connection string');
    await platform.drop(DATASET, '1804-01-01', 'a.csv', HEADER + rows('one', 'two'));
    const first = await platform.ingest(DATASET, '1804-01-01');
    expect(first.lakeVersion).toBeGreaterThan(0);
    await BlobServiceClient.fromConnectionString(access.connectionString).deleteContainer(containers.processed);
    const again = await platform.ingest(DATASET, '1804-01-01');
    expect(again).toMatchObject({ status: 'Completed', lakeVersion: 0, rows: first.rows });
    expect(again.chunks).toMatchObject({ embedded: 0, deleted: 0 });
    expect(platform.hostLog()).toContain(`1804-01-01: created the missing containers ${containers.processed};`);
  });
});

describe('a locked table', () => {
  it('ends requests with a problem, while other calls answer and a run waits for the lock', async () => {
    const call = async (path: string, body?: object): Promise<[number, string | undefined]> => {
      const response = await platform.fetch(`${platform.urls.api}/${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      return [response.status, ((await response.json()) as Partial<Problem>).code];
    };
    await platform.drop(DATASET, '1850-01-01', 'a.csv', HEADER + rows('locked'));
    let run: Promise<unknown> = Promise.resolve();
    await database.transaction(async (session) => {
      await session.query('lock table documents in access exclusive mode');
      run = platform.ingest(DATASET, '1850-01-01');
      const timeOut = [503, 'DATABASE_TIMEOUT'];
      const blocked = Array.from({ length: 8 }, () => call('documents'));
      expect(await call('live')).toEqual([200, undefined]);
      expect(await Promise.all(blocked)).toContainEqual(timeOut);
      expect(await call('ask', { question: 'What about the treasury?' })).toEqual(timeOut);
      expect(await call('runs')).toEqual([200, undefined]);
    });
    expect(await run).toMatchObject({ status: 'Completed', rows: { sql: 1 } });
    expect(await call('documents')).toEqual([200, undefined]);
  });
});
