import { createPostgres } from '../../../lib/database/postgres';
import { errorOf } from '../../support/lake';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

it('reports a connection that ends between two statements of a transaction, and replaces it', async () => {
  const database = createPostgres(test.url, { connections: 1 });
  try {
    const broken = database.transaction(async (session) => {
      const [self] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
      await test.database.query('select pg_terminate_backend($1)', [self?.pid]);
      // The end of the connection arrives while no statement runs on it.
      for (let isOpen = true; isOpen;) {
        const found = await test.database.query('select 1 from pg_stat_activity where pid = $1', [self?.pid]);
        isOpen = found.length > 0;
      }
      await session.query('select 1');
    });
    expect(await errorOf(broken)).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await database.close();
  }
});
