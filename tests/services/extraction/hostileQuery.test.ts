import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { copyInterval, highestWatermark } from '../../../lib/extraction/extractSql';
import { rightsBeyondReading } from '../../../lib/extraction/postgresRights';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import type { SqlSession } from '../../../lib/extraction/sqlSource';
import { readContract } from '../../../lib/contract/reading/readContract';
import { sourceRoles } from '../../../local/commands/sourceRoles';
import { contractText, errorOf } from '../../support/lake';
import { createTestDatabase, uniqueName, type TestDatabase } from '../../support/servers';

const role = uniqueName('reader').replaceAll('-', '_');
let shop: TestDatabase;
let readerUrl: string;
let folder: string;

beforeAll(async () => {
  shop = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  await shop.database.query('create table orders (id text, n bigint, body text)');
  await shop.database.query("insert into orders values ('a', 1, 'A')");
  await shop.database.query(`create function plant() returns bigint language plpgsql as
    $$ begin insert into orders values ('planted', 2, 'P'); return 1; end $$`);
  await shop.database.query(`create role ${role} login password 'only-reads'`);
  await shop.database.query(`grant select on orders to ${role}`);
  const url = new URL(shop.url);
  [url.username, url.password] = [role, 'only-reads'];
  readerUrl = url.href;
});
afterAll(async () => {
  await shop.database.query(`drop owned by ${role}`);
  await shop.database.query(`drop role ${role}`);
  await shop.drop();
  await rm(folder, { recursive: true, force: true });
});

const contract = readContract(
  contractText({
    columns: `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: n, logicalType: integer, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`,
  }),
  'orders.yaml',
);
const options = (query: string) => ({ query, watermarkColumn: 'n', connectionSetting: 'SQL_SOURCE_SHOP' });

async function expectUntouched(): Promise<void> {
  expect(await shop.database.query('select id from orders')).toEqual([{ id: 'a' }]);
}

/** As a superuser, whom no right restrains: what holds here holds for every role. */
const read = <Result>(work: (session: SqlSession) => Promise<Result>, url = shop.url): Promise<Result> =>
  createPostgresSource(url, 'SQL_SOURCE_SHOP').read(work);

async function textOf(blocks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const block of blocks) text += block.toString();
  return text;
}

const program = (): string => path.join(folder, 'was-here');
const attacks = {
  'a second statement': 'select 1 as n; drop table orders',
  'a second statement after the parenthesis': 'select 1 as n) as source; drop table orders; select (1',
  'an end of the transaction': 'select 1 as n) as source; commit; drop table orders; --',
  'a rollback': 'select 1 as n) as source; rollback; begin read write; drop table orders; --',
  'another transaction mode': 'select 1 as n) as source; set transaction read write; drop table orders; --',
  'a time limit of its own': 'select 1 as n) as source; set statement_timeout = 0; select (1',
  'a program': `select 1 as n) as source) to program 'touch /tmp/x' --`,
  'an open comment': 'select 1 as n /*',
  'an open quotation': "select 1 as n, '",
  'a parameter': 'select $1 as n',
  'a write in a common table expression': `with gone as (delete from orders returning 1 as n) select n from gone`,
  'a table of its own': 'select 1 as n into planted',
  'a function that writes': 'select plant() as n',
  'another mode by a function': "select n, set_config('transaction_read_only', 'off', false) from orders",
};

test.each(Object.entries(attacks))('%s is refused, and nothing is changed', async (_, query) => {
  const error = await errorOf(
    read(async (session) => {
      await session.check(query);
      await session.value(highestWatermark(options(query), null));
      await session.copy(copyInterval(contract, options(query), { low: null, high: '5' }), textOf);
    }),
  );
  expect(error).toMatchObject({ code: 'SQL_SOURCE_REJECTED', retryable: false });
  await expectUntouched();
});

test.each(['value', 'copy'] as const)('%s refuses several statements, checked or not', async (method) => {
  for (const ending of ['drop table orders', 'commit; drop table orders']) {
    const first = method === 'copy' ? 'copy (select 1) to stdout' : 'select 1';
    const statement = `${first}; ${ending}`;
    const run = async (session: SqlSession): Promise<unknown> =>
      method === 'copy' ? session.copy(statement, textOf) : session.value(statement);
    const error = await errorOf(read(run));
    expect(error).toMatchObject({ code: 'SQL_SOURCE_REJECTED', found: 'SQLSTATE 42601' });
  }
  await expectUntouched();
});

test('a statement after one that ended the transaction cannot write either', async () => {
  const error = await errorOf(
    read(async (session) => {
      await session.value('commit');
      await session.value('drop table orders');
    }),
  );
  expect(error).toMatchObject({ code: 'SQL_SOURCE_REJECTED', found: 'SQLSTATE 25006' });
  await expectUntouched();
});

test('a cancelled read ends its statement in the server too, and a later one does not begin', async () => {
  const cancelled = new AbortController();
  const statements = () =>
    shop.database.query(
      "select 1 from pg_stat_activity where state = 'active' and application_name = 'extract' and query like '%pg_sleep(3599)%'",
    );
  const reading = createPostgresSource(readerUrl, 'SQL_SOURCE_SHOP').read(async (session) => {
    await session.value('select 1 from pg_sleep(3599)').catch(() => undefined);
    await session.value('select 1 from pg_sleep(3599)');
  }, cancelled.signal);
  while ((await statements()).length === 0) await pause(20);
  cancelled.abort(new Error('cancelled by somebody'));
  await expect(reading).rejects.toThrow('cancelled by somebody');
  expect(await statements()).toEqual([]);
});

test('limits and formats that a query changes are set again before the next statement', async () => {
  const names = ['statement_timeout', 'default_transaction_read_only', 'standard_conforming_strings', 'datestyle'];
  const show = async (session: SqlSession): Promise<(string | null)[]> => {
    const values: (string | null)[] = [];
    for (const name of names) values.push(await session.value(`select current_setting('${name}')`));
    return values;
  };
  const url = new URL(shop.url);
  url.searchParams.set('options', '-c statement_timeout=0 -c search_path=pg_catalog');
  await read(async (session) => {
    const before = await show(session);
    expect(before).toEqual(['1h', 'on', 'on', 'ISO, YMD']);
    await session.value(`select concat(set_config('statement_timeout', '0', false),
      set_config('default_transaction_read_only', 'off', false),
      set_config('standard_conforming_strings', 'off', false), set_config('datestyle', 'German', false))`);
    expect(await show(session)).toEqual(before);
    expect(await session.value("select current_setting('search_path')")).toBe('pg_catalog');
  }, url.href);
});

test('a query that is one statement is read, and COPY gives the same rows', async () => {
  const query = `select id, n, body from orders where id <> ';' -- ; drop table orders`;
  let text = '';
  await read(async (session) => {
    await session.check(query);
    expect(await session.value(highestWatermark(options(query), null))).toBe('1');
    const interval = { low: null, high: '1' };
    const keep = async (blocks: AsyncIterable<Buffer>) => (text = await textOf(blocks));
    expect(await session.copy(copyInterval(contract, options(query), interval), keep)).toBe(1);
  }, readerUrl);
  expect(text).toBe('id,n,body\n"a","1","A"\n');
});

test('a role that only reads cannot end sessions of others or run programs', async () => {
  const victim = new Client(shop.url);
  await victim.connect();
  try {
    const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
    const end = `select pg_terminate_backend(${rows[0]?.pid})::text`;
    expect(await errorOf(read((session) => session.value(end), readerUrl))).toMatchObject({
      code: 'SQL_SOURCE_REJECTED',
    });
    const run = `copy (select 1) to program 'touch ${program()}'`;
    expect(await errorOf(read((session) => session.copy(run, textOf), readerUrl))).toMatchObject({
      code: 'SQL_SOURCE_REJECTED',
    });
    expect(existsSync(program())).toBe(false);
    expect((await victim.query('select 1')).rowCount).toBe(1);
  } finally {
    await victim.end();
  }
});

test('a statement that a server ends for its time is not tried again; a lock is', async () => {
  const raise = (state: string) => `do $$ begin raise exception 'x' using errcode = '${state}'; end $$`;
  const codeOf = async (state: string) => errorOf(read((session) => session.value(raise(state))));
  expect(await codeOf('57014')).toMatchObject({ code: 'SQL_SOURCE_TIMEOUT', retryable: false });
  expect(await codeOf('55P03')).toMatchObject({ code: 'SQL_SOURCE_UNAVAILABLE', retryable: true });
});

test('the doctor names what a role may do beyond reading', async () => {
  expect(await rightsBeyondReading(readerUrl)).toEqual([]);
  expect(await rightsBeyondReading(shop.url)).toEqual(
    expect.arrayContaining(['is a superuser', 'may write to tables']),
  );
  await shop.database.query(`grant update on orders to ${role}`);
  await shop.database.query(`grant pg_signal_backend to ${role}`);
  expect(await rightsBeyondReading(readerUrl)).toEqual(['may end other sessions', 'may write to tables']);
  const findings = await sourceRoles({
    SQL_SOURCE_SHOP: readerUrl,
    SQL_SOURCE_DOWN: 'postgres://u:hidden-word@127.0.0.1:1/x',
    SQL_SOURCE_EMPTY: '',
  });
  expect(findings).toMatchObject([
    { name: 'SQL_SOURCE_SHOP', level: 'note', what: expect.stringContaining('may write to tables') as string },
    { name: 'SQL_SOURCE_DOWN', level: 'note' },
  ]);
  expect(JSON.stringify(findings)).not.toMatch(/hidden-word|only-reads/);
});
