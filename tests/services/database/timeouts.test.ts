import type { Database } from '../../../lib/database/database';
import { migrateOnce, migratedDatabase } from '../../../lib/database/migratedDatabase';
import { createPostgres } from '../../../lib/database/postgres';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test_: TestDatabase;
let limited: Database;
beforeAll(async () => {
  test_ = await createTestDatabase();
  await test_.database.query('create table locked (n int)');
  limited = createPostgres(test_.url, { connections: 2, timeoutInMilliseconds: 200 });
});
afterAll(async () => {
  await limited.close();
  await test_.drop();
});

const TIMEOUT = { code: 'DATABASE_TIMEOUT', status: 503, retryable: true };

test('a query that waits for a lock ends with a problem, and works when the lock is gone', async () => {
  await test_.database.transaction(async (session) => {
    await session.query('lock table locked in access exclusive mode');
    await expect(limited.query('select * from locked')).rejects.toMatchObject(TIMEOUT);
  });
  expect(await limited.query('select * from locked')).toEqual([]);
});

test('a statement that takes too long ends with a problem, and its connection serves the next one', async () => {
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => limited.query('select pg_sleep(60)')));
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: TIMEOUT });
  expect(await limited.query('select 1 as one')).toEqual([{ one: 1 }]);
});

test('a statement that the server does not end in time ends with a problem', async () => {
  const hanging = limited.transaction(async (session) => {
    await session.query('set local statement_timeout = 0');
    await session.query('select pg_sleep(60)');
  });
  await expect(hanging).rejects.toMatchObject(TIMEOUT);
  expect(await limited.query('select 1 as one')).toEqual([{ one: 1 }]);
});

test('without a limit a query waits for the lock', async () => {
  let isFree = false;
  let waiting: Promise<unknown> = Promise.resolve();
  await test_.database.transaction(async (session) => {
    await session.query('lock table locked in access exclusive mode');
    waiting = createWaiting();
    await session.query('select pg_sleep(0.5)');
    isFree = true;
  });
  expect(await waiting).toBe(true);

  async function createWaiting(): Promise<boolean> {
    const steps = createPostgres(test_.url);
    await steps.query('select * from locked');
    await steps.close();
    return isFree;
  }
});

test('two databases of a process are migrated once, and again after a failure', async () => {
  let migrations = 0;
  const whenMigrated = migrateOnce(async () => {
    migrations += 1;
    if (migrations === 1) throw new Error('out of reach');
  });
  const [one, other] = [limited, test_.database].map((database) => migratedDatabase(database, whenMigrated));
  await expect(one?.query('select 1')).rejects.toThrow('out of reach');
  await Promise.all([one?.query('select 1'), other?.query('select 1'), one?.query('select 1')]);
  expect(migrations).toBe(2);
});
