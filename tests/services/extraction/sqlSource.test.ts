import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataContract } from '../../../lib/contract/contract';
import { readContract } from '../../../lib/contract/reading/readContract';
import { postgresConnection } from '../../../lib/postgresConnection';
import { readConfig, sqlSource } from '../../../lib/config/readConfig';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import { migrate } from '../../../lib/database/migrate';
import { extractSource, type ExtractDependencies } from '../../../lib/extraction/extractSource';
import { createExtractStore } from '../../../lib/extraction/extractStore';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import { createTestDatabase, testStorage, uniqueName, type TestDatabase } from '../../support/servers';
import { oracleRecords } from '../../support/csvText';
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
function source(custom: Record<string, unknown> = {}, columns = COLUMNS): { dataset: string } & ExtractDependencies {
  const dataset = uniqueName('orders');
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
       ('early', 'some', '0044-03-15 BC', '0044-03-15 BC'), ('never', 'some', 'infinity', 'infinity')`,
    );
    const { dataset, ...dependencies } = source();
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    const rows = oracleRecords(await extractedText(dataset, '2026-01-02')).slice(1);
    expect(rows.map((row) => [row[6], row[7]])).toEqual([
      ['0044-03-15 BC', '0044-03-15 00:00:00+00 BC'],
      ['infinity', 'infinity'],
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

  it('does not move back: a date before a committed one is refused', async () => {
    const { dataset, ...dependencies } = source();
    await order(['a', 1]);
    await extractSource(dependencies, key(dataset, '2026-01-02'));
    await extracts().commit(key(dataset, '2026-01-02'));
    const error = await errorOf(extractSource(dependencies, key(dataset, '2026-01-01')));
    expect(error).toMatchObject({ code: 'SQL_SOURCE_DATE_PASSED', status: 409, retryable: false });
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
});
