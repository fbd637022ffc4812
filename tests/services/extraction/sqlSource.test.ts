import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataContract } from '../../../lib/contract/contract';
import type { SqlSourceOptions } from '../../../lib/contract/sqlSource';
import { readContract } from '../../../lib/contract/reading/readContract';
import { postgresConnection } from '../../../lib/postgresConnection';
import { readConfig, sqlSource } from '../../../lib/config/readConfig';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import { migrate } from '../../../lib/database/migrate';
import { listDocuments } from '../../../lib/documents/documentQueries';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { extractSource, type ExtractDependencies } from '../../../lib/extraction/extractSource';
import { createExtractStore } from '../../../lib/extraction/extractStore';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import { createTestDatabase, testStorage, uniqueName, type TestDatabase } from '../../support/servers';
import { oracleRecords } from '../../support/csvText';
import { batches } from '../../support/documents';
import { addContract, contractText, errorOf, ingest, startLake, type TestLake } from '../../support/lake';

const QUERY = 'select * from orders where not hidden -- those that customers see';
const SQL_SOURCE = { query: QUERY, watermarkColumn: 'changed_at', connectionSetting: 'SQL_SOURCE_SHOP' };
const COLUMNS = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]}
      - {name: n, logicalType: integer}
      - {name: price, logicalType: number}
      - {name: paid, logicalType: boolean}
      - {name: day, logicalType: date}
      - {name: german_day, logicalType: date, logicalTypeOptions: {format: dd.MM.yyyy}}
      - {name: changed_at, logicalType: timestamp}
      - {name: exact, logicalType: timestamp, logicalTypeOptions: {format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"}}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;
const TABLE = `create table orders (
  id text, title text, n bigint, price numeric, paid boolean, day date, german_day date,
  changed_at timestamptz, exact timestamp, body text, hidden boolean not null default false)`;

const container = uniqueName('extracts');
const store = createAzureStorage({ connectionString: testStorage() });
const temporaryDirectory = path.join(tmpdir(), container);
let shop: TestDatabase;
let own: TestDatabase;
beforeAll(async () => {
  await store.ensureContainer(container);
  shop = await createTestDatabase();
  own = await createTestDatabase();
  await migrate(own.database);
});
afterAll(async () => {
  await shop.drop();
  await own.drop();
  await rm(temporaryDirectory, { recursive: true, force: true });
});
beforeEach(async () => {
  await shop.database.query('drop table if exists orders');
  await shop.database.query(TABLE);
});

const extracts = () => createExtractStore(own.database);

/** A dataset with a unique name that reads the shop's orders. */
function source(
  custom: Record<string, unknown> = {},
  columns = COLUMNS,
  dataset = uniqueName('orders'),
): { dataset: string } & ExtractDependencies {
  const isDropped = 'sqlSource' in custom && custom['sqlSource'] === undefined;
  const options = isDropped ? {} : { sqlSource: SQL_SOURCE, ...custom };
  const contract = readContract(contractText({ dataset, columns, custom: options }), `${dataset}.yaml`);
  const contracts = {
    get: (): Promise<DataContract> => Promise.resolve(contract),
    names: () => Promise.resolve([dataset]),
  };
  const lakehouse = {
    store,
    containers: { raw: container, staging: container },
    contracts,
    temporaryDirectory,
  } as unknown as Lakehouse;
  const connectSource = (setting: string) =>
    createPostgresSource(
      postgresConnection(sqlSource({ sqlSources: { SQL_SOURCE_SHOP: { kind: 'url', url: shop.url } } }, setting)),
      setting,
    );
  return { dataset, lakehouse, extracts: extracts(), connectSource };
}

const key = (dataset: string, date: string, runId = `run-${date}`) => ({ dataset, date, runId });

const extractedText = async (dataset: string, date: string): Promise<string> =>
  (await store.read(container, `${dataset}/${date}/extract-00000.csv`)).toString('utf8');
const extractedIds = async (dataset: string, date: string): Promise<(string | undefined)[]> =>
  oracleRecords(await extractedText(dataset, date))
    .slice(1)
    .map(([id]) => id);

/** Inserts orders whose watermarks are this many hours after the new year. */
async function order(...hours: [id: string, hour: number][]): Promise<void> {
  for (const [id, hour] of hours) {
    await shop.database.query(
      `insert into orders (id, title, changed_at) values ($1, 'some', timestamptz '2026-01-01Z' + $2 * interval '1 hour')`,
      [id, hour],
    );
  }
}

const MARKS = {
  query: 'select id, id as title, id as body, mark, seq from marks',
  watermarkColumn: 'mark',
  connectionSetting: 'SQL_SOURCE_SHOP',
};
const MARK_COLUMNS = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;

/** A dataset that reads the table `marks`. */
const markSource = (changes: Partial<SqlSourceOptions> = {}, dataset = uniqueName('marks')) =>
  source({ sqlSource: { ...MARKS, ...changes } }, MARK_COLUMNS, dataset);

/** Creates the table `marks` again; `seq` numbers its rows. */
async function marks(type: string, ...rows: [id: string, mark: string][]): Promise<void> {
  await shop.database.query(`drop table if exists marks; create table marks (id text, mark ${type}, seq bigint)`);
  for (const [index, [id, mark]] of rows.entries())
    await shop.database.query(`insert into marks values ('${id}', ${mark}, ${index + 1})`);
}

async function commitDate(dependencies: ExtractDependencies, dataset: string, date: string): Promise<void> {
  const run = key(dataset, date, uniqueName('run'));
  await extractSource(dependencies, run);
  await extracts().commit(run);
}

describe('an extract', () => {
  it('is CSV as in the contract: null distinct from empty text, times in UTC, any text unchanged', async () => {
    await shop.database.query(
      `insert into orders (id, title, n, price, paid, day, german_day, changed_at, exact, body) values
       ('a-1', 'Say "hi",' || chr(10) || 'there', 9007199254740993, 0.10, true, '2026-02-03', '2026-02-03',
        '2026-01-01T01:30:00+02:00', '2026-01-01T00:00:00.000001', ''),
       ('a-2', E'back\\\\slash é 𝄞 \\\\.', -1, 'NaN', false, null, null, '2026-01-02T00:00:00.9Z', null, null)`,
    );
    const { dataset, ...dependencies } = source();
    expect(await extractSource(dependencies, key(dataset, '2026-01-02'))).toEqual({ files: 1, rows: 2 });
    expect(await extractedText(dataset, '2026-01-02')).toBe(
      'id,title,n,price,paid,day,german_day,changed_at,exact,body\n' +
        '"a-1","Say ""hi"",\nthere","9007199254740993","0.10","true","2026-02-03","03.02.2026",' +
        '"2025-12-31T23:30:00Z","2026-01-01T00:00:00.000001Z",""\n' +
        '"a-2","back\\slash é 𝄞 \\.","-1","NaN","false",,,"2026-01-02T00:00:00Z",,\n',
    );
  });

  it('follows the dialect of the contract', async () => {
    await shop.database.query(`insert into orders (id, title, changed_at) values ('NULL', 'it''s; so', '2026-01-01Z')`);
    const { dataset, ...dependencies } = source({ delimiter: ';', quote: "'", nullText: 'NULL' });
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    expect((await extractedText(dataset, '2026-01-02')).split('\n')[1]).toBe(
      "'NULL';'it''s; so';NULL;NULL;NULL;NULL;NULL;'2026-01-01T00:00:00Z';NULL;NULL",
    );
  });

  it('does not change a time that the format cannot express', async () => {
    await shop.database.query(
      `insert into orders (id, title, changed_at, german_day) values
       ('early', 'some', '0044-03-15 BC', '0044-03-15 BC'), ('never', 'some', '2026-01-01Z', 'infinity')`,
    );
    await shop.database.query("update orders set exact = 'infinity' where id = 'never'");
    const { dataset, ...dependencies } = source();
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    const rows = oracleRecords(await extractedText(dataset, '2026-01-02')).slice(1);
    expect(rows.map((row) => [row[6], row[7], row[8]])).toEqual([
      ['0044-03-15 BC', '0044-03-15 00:00:00+00 BC', ''],
      ['infinity', '2026-01-01T00:00:00Z', 'infinity'],
    ]);
  });

  it('streams 50,000 rows', async () => {
    await shop.database.query(
      `insert into orders (id, title, changed_at, body)
       select 'o-' || i, 'some', timestamptz '2026-01-01Z' + i * interval '1 ms', repeat('x', 200)
       from generate_series(1, 50000) i`,
    );
    const { dataset, ...dependencies } = source();
    expect(await extractSource(dependencies, key(dataset, '2026-01-02'))).toEqual({ files: 1, rows: 50_000 });
    const ids = await extractedIds(dataset, '2026-01-02');
    expect(ids).toEqual(Array.from({ length: 50_000 }, (_, index) => `o-${index + 1}`));
  });

  it('of a dataset without a SQL source is empty', async () => {
    const { dataset, ...dependencies } = source({ sqlSource: undefined });
    expect(await extractSource(dependencies, key(dataset, '2026-01-02'))).toEqual({ files: 0, rows: 0 });
    expect(await store.info(container, `${dataset}/2026-01-02/extract-00000.csv`)).toBeUndefined();
  });
});

describe('the watermark', () => {
  it('continues where the last committed date ended; a date without new rows has only a header', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1], ['b', 2]);
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await extracts().commit(key(dataset, '2026-01-01'));
    await order(['c', 3]);
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    await extracts().commit(key(dataset, '2026-01-02'));
    expect(await extractSource(dependencies, key(dataset, '2026-01-03'))).toEqual({ files: 1, rows: 0 });
    await extracts().commit(key(dataset, '2026-01-03'));
    await order(['d', 4]);
    await extractSource(dependencies, key(dataset, '2026-01-04'));
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a', 'b']);
    expect(await extractedIds(dataset, '2026-01-02')).toEqual(['c']);
    expect(await extractedIds(dataset, '2026-01-03')).toEqual([]);
    expect(await extractedIds(dataset, '2026-01-04')).toEqual(['d']);
  });

  it('does not move when a run is not committed: the next run takes its rows too', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1]);
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await order(['b', 2]);
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    expect(await extractedIds(dataset, '2026-01-02')).toEqual(['a', 'b']);
    await extractSource(dependencies, key(dataset, '2026-01-01', 'run-again'));
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a', 'b']);
  });

  it('gives a committed date the same rows again, even if there are newer rows', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1], ['b', 2]);
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await extracts().commit(key(dataset, '2026-01-01'));
    const first = await extractedText(dataset, '2026-01-01');
    await order(['c', 3]);
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    await extracts().commit(key(dataset, '2026-01-02'));
    await extractSource(dependencies, key(dataset, '2026-01-01', 'run-again'));
    expect(await extractedText(dataset, '2026-01-01')).toBe(first);
    await extracts().commit(key(dataset, '2026-01-01', 'run-again'));
    expect(await extracts().latestCommitted(dataset)).toMatchObject({ date: '2026-01-02' });
  });

  it('gives a retried step the same rows again', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1]);
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await order(['b', 2]);
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a']);
  });

  it('loses no row when several rows have the same time, or times differ by a microsecond', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1], ['b', 1]);
    await shop.database.query("update orders set changed_at = '2026-01-01T01:00:00.000001Z' where id = 'b'");
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await extracts().commit(key(dataset, '2026-01-01'));
    await shop.database.query(
      "insert into orders (id, title, changed_at) values ('c', 'some', '2026-01-01T01:00:00.000002Z')",
    );
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a', 'b']);
    expect(await extractedIds(dataset, '2026-01-02')).toEqual(['c']);
  });

  it('may be a number', async () => {
    const { dataset, ...dependencies } = source({ sqlSource: { ...SQL_SOURCE, watermarkColumn: 'n' } });
    await shop.database.query("insert into orders (id, title, n) values ('a', 'some', 9), ('b', 'some', 10)");
    await extractSource(dependencies, key(dataset, '2026-01-01'));
    await extracts().commit(key(dataset, '2026-01-01'));
    await shop.database.query("insert into orders (id, title, n) values ('c', 'some', 100)");
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a', 'b']);
    expect(await extractedIds(dataset, '2026-01-02')).toEqual(['c']);
  });

  it.each([
    ['timestamptz', "'2026-01-01'", "'2026-02-01'", 'infinity'],
    ['timestamptz', "'2026-01-01'", "'2026-02-01'", '-infinity'],
    ['timestamp', "'2026-01-01'", "'2026-02-01'", 'infinity'],
    ['date', "'2026-01-01'", "'2026-02-01'", 'infinity'],
    ['float8', '1', '2', 'NaN'],
    ['float8', '1', '2', '-Infinity'],
    ['real', '1', '2', 'Infinity'],
    ['numeric', '1', '2', 'NaN'],
    ['numeric[]', "'{1}'", "'{2}'", '{NaN}'],
  ])('of type %s with %s and %s is refused at %s, and loses nothing', async (type, one, two, endless) => {
    const { dataset, ...dependencies } = markSource();
    await marks(type, ['a', one], ['endless', `'${endless}'`]);
    expect(await errorOf(extractSource(dependencies, key(dataset, '2026-01-01')))).toMatchObject({
      code: 'SQL_SOURCE_WATERMARK_INFINITE',
      retryable: false,
      found: endless,
      where: { column: 'mark', file: `${dataset}.yaml` },
      remedy: expect.stringContaining(`mark <> '${endless}'`) as string,
    });
    await shop.database.query("delete from marks where id = 'endless'");
    await commitDate(dependencies, dataset, '2026-01-01');
    await marks(type, ['a', one], ['b', two]);
    await commitDate(dependencies, dataset, '2026-01-02');
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a']);
    expect(await extractedIds(dataset, '2026-01-02')).toEqual(['b']);
  });

  it('may be a text that reads infinity or NaN: it has an ordinary place among texts', async () => {
    const { dataset, ...dependencies } = markSource();
    await marks('text', ['a', "'NaN'"], ['b', "'infinity'"]);
    await commitDate(dependencies, dataset, '2026-01-01');
    expect((await extractedIds(dataset, '2026-01-01')).sort()).toEqual(['a', 'b']);
  });

  it.each([
    ['timestamptz', "'2026-01-01'", 'infinity'],
    ['numeric', '1', 'NaN'],
  ])(
    'of type %s that an earlier version committed as endless is refused until all rows are extracted',
    async (type, one, endless) => {
      const { dataset, ...dependencies } = markSource();
      await marks(type, ['a', one]);
      await own.database.query(
        `insert into source_extracts (dataset, ingest_date, run_id, low, high, committed_at)
       values ($1, '2026-01-01', 'run-2026-01-01', null, $2, now())`,
        [dataset, endless],
      );
      for (const date of ['2026-01-01', '2026-01-02']) {
        expect(await errorOf(extractSource(dependencies, key(dataset, date)))).toMatchObject({
          code: 'SQL_SOURCE_WATERMARK_INFINITE',
          found: endless,
          remedy: expect.stringContaining('afterChange: {date: <a date after 2026-01-01>, rows: all}') as string,
        });
      }
      const confirmed = markSource({ afterChange: { date: '2026-01-02', rows: 'all' } }, dataset);
      await commitDate(confirmed, dataset, '2026-01-02');
      expect(await extractedIds(dataset, '2026-01-02')).toEqual(['a']);
      expect(await extracts().latestCommitted(dataset)).toMatchObject({
        low: null,
        high: expect.not.stringMatching(/inf|nan/i) as string,
      });
    },
  );

  it('does not move back: a date before a committed one is refused', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1]);
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    await extracts().commit(key(dataset, '2026-01-02'));
    const error = await errorOf(extractSource(dependencies, key(dataset, '2026-01-01')));
    expect(error).toMatchObject({ code: 'SQL_SOURCE_DATE_PASSED', status: 409, retryable: false });
  });
});

describe('a change of the query or of its watermark column', () => {
  const NEXT = '2026-01-02';
  const later = (rows: 'all' | 'newer') => ({ afterChange: { date: NEXT, rows } });
  const SEQ = { watermarkColumn: 'seq' };
  const OTHER_QUERY = { query: "select id, id as title, id as body, mark, seq from marks where id <> 'x'" };

  /** Commits the rows a and b with marks of 1.7e12 and numbers from 1, then inserts c. */
  async function changed(change: Partial<SqlSourceOptions>, options: { marks?: string; seq?: string } = {}) {
    const { dataset, ...dependencies } = markSource();
    await marks('bigint', ['a', '1700000000000'], ['b', '1700000000001']);
    await commitDate(dependencies, dataset, '2026-01-01');
    await marks(options.marks ?? 'bigint', ['a', '1700000000000'], ['b', '1700000000001'], ['c', '1700000000002']);
    if (options.seq !== undefined) await shop.database.query(`alter table marks alter seq type ${options.seq}`);
    return {
      dataset,
      run: (date: string, more = {}) => commitDate(markSource({ ...change, ...more }, dataset), dataset, date),
    };
  }

  it.each([
    ['another column', SEQ, {}],
    ['another column, in whose type the mark has no place', SEQ, { seq: 'integer' }],
    ['another column of a type that cannot be read from the mark', SEQ, { seq: 'timestamptz using now()' }],
    ['another type of the column', {}, { marks: 'double precision' }],
    ['another query', OTHER_QUERY, {}],
  ])('%s: refused, until the contract says to extract all rows', async (_name, change, options) => {
    const { dataset, run } = await changed(change, options);
    expect(await errorOf(run(NEXT))).toMatchObject({
      code: 'SQL_SOURCE_CHANGED',
      retryable: false,
      found: expect.stringContaining('1700000000001 of mark (bigint)') as string,
      where: { file: `${dataset}.yaml` },
      remedy: expect.stringContaining('afterChange: {date: <a date after 2026-01-01>, rows: all}') as string,
    });
    await run(NEXT, later('all'));
    expect(await extractedIds(dataset, NEXT)).toEqual(['a', 'b', 'c']);
    // Confirmed once: the next date goes on from the new mark.
    await shop.database
      .query(`insert into marks values ('d', 1700000000003, 4)`)
      .catch(() => shop.database.query(`insert into marks values ('d', 1700000000003, now() + interval '1 day')`));
    await run('2026-01-03', later('all'));
    expect(await extractedIds(dataset, '2026-01-03')).toEqual(['d']);
  });

  it.each([
    ['another query', OTHER_QUERY, {}],
    ['another type of the column', {}, { marks: 'double precision' }],
  ])('%s: goes on from the last watermark when the contract says so', async (_name, change, options) => {
    const { dataset, run } = await changed(change, options);
    await run(NEXT, later('newer'));
    expect(await extractedIds(dataset, NEXT)).toEqual(['c']);
  });

  it('a mark that is not a value of the new type cannot go on', async () => {
    const { run } = await changed(SEQ, { seq: 'integer' });
    expect(await errorOf(run(NEXT, later('newer')))).toMatchObject({ code: 'SQL_SOURCE_CHANGED' });
  });

  it('a wider type of the same column, and blanks around the query, are no change', async () => {
    const { dataset, run } = await changed({ query: `${MARKS.query}\n` }, { marks: 'numeric' });
    await run(NEXT);
    expect(await extractedIds(dataset, NEXT)).toEqual(['c']);
  });

  it('a committed date keeps its rows: it is extracted again by its own column only, with any query', async () => {
    const { dataset, run } = await changed(SEQ);
    expect(await errorOf(run('2026-01-01'))).toMatchObject({
      code: 'SQL_SOURCE_CHANGED',
      found: 'mark (bigint) when 2026-01-01 was extracted',
      expected: 'seq (bigint)',
      remedy: expect.stringContaining('version of the contract') as string,
    });
    await commitDate(markSource(OTHER_QUERY, dataset), dataset, '2026-01-01');
    expect(await extractedIds(dataset, '2026-01-01')).toEqual(['a', 'b']);
  });

  it('of a date from before origins were recorded: the rows of the mark have to be there', async () => {
    const { dataset, run } = await changed({});
    await own.database.query('update source_extracts set origin = null where dataset = $1', [dataset]);
    expect(await errorOf(commitDate(markSource(SEQ, dataset), dataset, NEXT))).toMatchObject({
      code: 'SQL_SOURCE_CHANGED',
      found: '1700000000001, which no row reaches; its column was not recorded',
    });
    await run(NEXT);
    expect(await extractedIds(dataset, NEXT)).toEqual(['c']);
  });
});

describe('a SQL source that cannot be read', () => {
  const refusal = async (custom: Record<string, unknown>, columns?: string) => {
    const { dataset, ...dependencies } = source(custom, columns);
    return errorOf(extractSource(dependencies, key(dataset, '2026-01-01')));
  };

  it.each([
    ['a missing table', { query: 'select * from invoices' }],
    ['a missing watermark column', { watermarkColumn: 'touched_at' }],
    ['a query that writes', { query: 'with gone as (delete from orders returning *) select * from gone' }],
    ['a text that is only part of a query', { query: 'select 1 as one) as first, (select * from orders' }],
  ])('%s', async (_name, changed) => {
    expect(await refusal({ sqlSource: { ...SQL_SOURCE, ...changed } })).toMatchObject({
      code: 'SQL_SOURCE_REJECTED',
      retryable: false,
      where: { setting: 'SQL_SOURCE_SHOP' },
    });
  });

  it('a column of the contract that the query does not return', async () => {
    const error = await refusal({}, COLUMNS.replace('name: title', 'name: heading'));
    expect(error).toMatchObject({ code: 'SQL_SOURCE_REJECTED', message: expect.stringContaining('heading') as string });
  });

  it('a row without a watermark', async () => {
    await shop.database.query("insert into orders (id, title) values ('a', 'some')");
    expect(await refusal({})).toMatchObject({ code: 'SQL_SOURCE_WATERMARK_NULL', where: { column: 'changed_at' } });
  });

  it('a missing setting', async () => {
    const error = await refusal({ sqlSource: { ...SQL_SOURCE, connectionSetting: 'SQL_SOURCE_OTHER' } });
    expect(error).toMatchObject({ code: 'SETTING_MISSING', where: { setting: 'SQL_SOURCE_OTHER' } });
  });

  it('a server that does not respond gives a retryable problem', async () => {
    const { dataset, ...dependencies } = source();
    const connectSource = (setting: string) => createPostgresSource('postgres://nobody@127.0.0.1:1/none', setting);
    const error = await errorOf(extractSource({ ...dependencies, connectSource }, key(dataset, '2026-01-01')));
    expect(error).toMatchObject({ code: 'SQL_SOURCE_UNAVAILABLE', retryable: true });
    expect(error.message).not.toContain('nobody');
  });

  it.each([
    [{ connectionSetting: 'postgres://user:password@host/shop' }],
    [{ query: 'delete from orders' }],
    [{ query: 'select 1;' }],
  ])('a contract whose source says %j', async (changed) => {
    expect(
      await errorOf(Promise.resolve().then(() => source({ sqlSource: { ...SQL_SOURCE, ...changed } }))),
    ).toMatchObject({
      code: 'CONTRACT_INVALID',
    });
  });

  it.each([{ encoding: 'utf-16le' }, { format: 'ndjson' }, { compression: 'gzip' }, { glob: 'orders-*.csv' }])(
    'a contract that expects other files than an extract: %j',
    async (custom) => {
      expect(await errorOf(Promise.resolve().then(() => source(custom)))).toMatchObject({ code: 'CONTRACT_INVALID' });
    },
  );
});

describe('the settings of SQL sources', () => {
  const needed = {
    LAKE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
    POSTGRES_URL: 'postgres://a@127.0.0.1/a',
    QDRANT_URL: 'http://127.0.0.1:6333',
  };

  it('are named by the contracts', () => {
    const { sqlSources } = readConfig({
      ...needed,
      SQL_SOURCE_SHOP: 'postgres://b@127.0.0.1/shop',
      SQL_SOURCE_OLD: '',
    });
    expect(sqlSources).toEqual({ SQL_SOURCE_SHOP: { kind: 'url', url: 'postgres://b@127.0.0.1/shop' } });
  });

  it('are checked when the app starts, and kept secret', () => {
    let message = '';
    try {
      readConfig({ ...needed, SQL_SOURCE_SHOP: 'Server=shop;Password=hidden' });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('SETTING_INVALID (SQL_SOURCE_SHOP)');
    expect(message).not.toContain('hidden');
  });
});

describe('a SQL source and the lake', () => {
  let lake: TestLake;
  beforeAll(async () => {
    lake = await startLake();
  });
  afterAll(() => lake.stop());

  it('is ingested date by date', async () => {
    await addContract(lake, { dataset: 'orders', columns: COLUMNS, custom: { sqlSource: SQL_SOURCE } });
    const dependencies = {
      lakehouse: lake,
      extracts: extracts(),
      connectSource: (setting: string) => createPostgresSource(shop.url, setting),
    };
    const run = async (date: string, runId: string) => {
      await extractSource(dependencies, key('orders', date, runId));
      const committed = await ingest(lake, key('orders', date, runId));
      await dependencies.extracts.commit(key('orders', date, runId));
      return committed;
    };
    await shop.database.query(
      `insert into orders (id, title, n, price, paid, day, german_day, changed_at, exact, body)
       select 'o-' || i, 'Order ' || i, i, i / 4.0, i % 2 = 0, date '2026-01-01' + i, date '2026-01-01' + i,
              timestamptz '2026-01-01Z' + i * interval '1 hour', timestamp '2026-01-01' + i * interval '1 us',
              case when i % 3 = 0 then null else 'some "text",' || chr(10) || i end
       from generate_series(1, 30) i`,
    );
    expect(await run('2026-01-02', 'run-1')).toMatchObject({ rows: 30, rejected: 0 });
    await order(['late', 1000]);
    expect(await run('2026-01-03', 'run-2')).toMatchObject({ rows: 1, rejected: 0 });
    expect(await run('2026-01-02', 'run-3')).toMatchObject({ rows: 30, rejected: 0 });
    // An extract without new rows is not a fault: an empty partition passes the gate, and the table keeps the others.
    expect(await run('2026-01-04', 'run-4')).toMatchObject({ rows: 0, rejected: 0 });
    expect(await lake.documents('orders', '2026-01-04')).toEqual([]);
    const rows = await lake.documents('orders', '2026-01-02');
    expect(rows).toHaveLength(30);
    expect(rows[0]).toMatchObject({ docId: 'o-1', title: 'Order 1', text: 'some "text",\n1' });
    expect((await lake.documents('orders', '2026-01-03')).map(({ docId }) => docId)).toEqual(['late']);
  });

  it('whose rows are all extracted again has no document twice', async () => {
    await marks('bigint', ['a', '5'], ['b', '6']);
    const run = async (date: string, changes: Partial<SqlSourceOptions>) => {
      const custom = { sqlSource: { ...MARKS, ...changes } };
      await addContract(lake, { dataset: 'marks', columns: MARK_COLUMNS, custom });
      const dependencies = {
        lakehouse: lake,
        extracts: extracts(),
        connectSource: (setting: string) => createPostgresSource(shop.url, setting),
      };
      await extractSource(dependencies, key('marks', date));
      await ingest(lake, key('marks', date));
      await dependencies.extracts.commit(key('marks', date));
      const rows = await lake.documents('marks', date);
      await loadDocuments(own.database, `run-${date}`, batches(rows));
      return rows.map(({ docId }) => docId);
    };
    expect(await run('2026-01-01', {})).toEqual(['a', 'b']);
    await shop.database.query("insert into marks values ('c', 7, 3)");
    const change = { watermarkColumn: 'seq', afterChange: { date: '2026-01-02', rows: 'all' as const } };
    expect(await run('2026-01-02', change)).toEqual(['a', 'b', 'c']);
    const { documents } = await listDocuments(own.database, { dataset: 'marks' }, 'everything', { limit: 10 });
    expect(documents.map(({ docId, ingestDate }) => `${docId} of ${ingestDate}`)).toEqual([
      'a of 2026-01-02',
      'b of 2026-01-02',
      'c of 2026-01-02',
    ]);
  });
});
