import type { TokenConnection } from '../../../lib/database/connection';
import { createPostgres } from '../../../lib/database/postgres';
import { rightsBeyondReading } from '../../../lib/extraction/postgresRights';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import { errorOf } from '../../support/lake';
import { createTestDatabase } from '../../support/servers';
import { startTlsPostgres, type TlsPostgres } from '../../support/tlsPostgres';

let server: TlsPostgres;
beforeAll(async () => {
  server = await startTlsPostgres();
  await server.administrate(`create role "id-pipeline" login password 'token-1'`);
});
beforeEach(() => server.administrate(`alter role "id-pipeline" password 'token-1'`));
afterAll(() => server.stop());

let asked = 0;
beforeEach(() => {
  asked = 0;
});

const connectionWith = (token: () => string, more: Partial<TokenConnection> = {}): TokenConnection => ({
  host: '127.0.0.1',
  port: server.port,
  database: 'postgres',
  user: 'id-pipeline',
  token: () => {
    asked += 1;
    return Promise.resolve(token());
  },
  tls: { ca: server.certificate },
  ...more,
});

it('signs in with a token as password, by TLS', async () => {
  const database = createPostgres(connectionWith(() => 'token-1'));
  try {
    const rows = await database.query(
      'select current_user as "user", ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    expect(rows).toEqual([{ user: 'id-pipeline', ssl: true }]);
  } finally {
    await database.close();
  }
});

it('takes a new token for each new connection', async () => {
  let token = 'token-1';
  const database = createPostgres(
    connectionWith(() => token),
    { connections: 1 },
  );
  try {
    await database.query('select 1');
    await database.query('select 1');
    expect(asked).toBe(1);
    token = 'token-2';
    await server.administrate(
      `alter role "id-pipeline" password 'token-2'`,
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'id-pipeline'`,
    );
    // The first query may still meet the ended connection.
    await database.query('select 1').catch(() => undefined);
    expect(await database.query('select 2 as two')).toEqual([{ two: 2 }]);
    expect(asked).toBe(2);
  } finally {
    await database.close();
  }
});

it.each([
  ['a certificate that no known authority has signed', () => connectionWith(() => 'token-1', { tls: {} })],
  [
    'a certificate of another name',
    () => connectionWith(() => 'token-1', { tls: { ca: server.certificate, servername: 'other.example' } }),
  ],
])('does not send the token to a server with %s', async (_what, connection) => {
  const database = createPostgres(connection());
  try {
    expect(await errorOf(database.query('select 1'))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(asked).toBe(0);
  } finally {
    await database.close();
  }
});

it('does not send the token to a server without TLS', async () => {
  const plain = await createTestDatabase();
  const database = createPostgres(connectionWith(() => 'token-1', { port: Number(new URL(plain.url).port) }));
  try {
    expect(await errorOf(database.query('select 1'))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(asked).toBe(0);
  } finally {
    await database.close();
    await plain.drop();
  }
});

it('reports a token that cannot be had, and a token that the server refuses', async () => {
  const without = createPostgres(
    connectionWith(() => {
      throw new Error('no identity here');
    }),
  );
  const wrong = createPostgres(connectionWith(() => 'token-of-another'));
  try {
    expect(await errorOf(without.query('select 1'))).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(await errorOf(wrong.query('select 1'))).toMatchObject({ code: 'DATABASE_REJECTED' });
  } finally {
    await without.close();
    await wrong.close();
  }
});

it('reads a SQL source with a token', async () => {
  const connection = connectionWith(() => 'token-1');
  const value = await createPostgresSource(connection, 'SQL_SOURCE_SHOP').read((session) =>
    session.value('select current_user'),
  );
  expect(value).toBe('id-pipeline');
  expect(await rightsBeyondReading(connection)).toEqual([]);
});
