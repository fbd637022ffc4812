import { createPostgres } from '../../../lib/database/postgres';
import { postgresConnection } from '../../../lib/postgresConnection';
import { startIdentityEndpoint, type IdentityEndpoint } from '../../support/identityEndpoint';
import { startTlsPostgres, type TlsPostgres } from '../../support/tlsPostgres';

const before = { ...process.env };
let server: TlsPostgres;
let endpoint: IdentityEndpoint;
beforeAll(async () => {
  server = await startTlsPostgres();
  endpoint = await startIdentityEndpoint(() => 'token-of-the-app');
  Object.assign(process.env, endpoint.environment);
  await server.administrate(`create role "id-pipeline" login password 'token-of-the-app'`);
});
afterAll(async () => {
  process.env = before;
  await endpoint.close();
  await server.stop();
});

it('the managed identity of the app signs in to PostgreSQL', async () => {
  const connection = postgresConnection({
    kind: 'identity',
    host: '127.0.0.1',
    port: server.port,
    database: 'postgres',
    user: 'id-pipeline',
  });
  if (typeof connection === 'string') throw new Error('a URL');
  const database = createPostgres({ ...connection, tls: { ca: server.certificate } }, { connections: 2 });
  try {
    const users = await Promise.all([1, 2].map(() => database.query('select current_user as "user", pg_sleep(0.1)')));
    expect(users.flat()).toMatchObject([{ user: 'id-pipeline' }, { user: 'id-pipeline' }]);
    expect(new Set(endpoint.resources)).toEqual(new Set(['https://ossrdbms-aad.database.windows.net']));
  } finally {
    await database.close();
  }
});
