import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { createPostgres } from '../../../lib/database/postgres';
import type { Database } from '../../../lib/database/database';
import { migrate } from '../../../lib/database/migrate';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

// The statements of infra/hooks in a real PostgreSQL, with a stand-in for Azure's function that makes roles for identities.

const HOOKS = path.resolve(__dirname, '../../../infra/hooks');
const hasPsql = spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0;
const [run, note] = hasPsql ? [it, ''] : [it.skip, ' (skipped: psql is not on PATH)'];
const role = `id-app-${randomBytes(4).toString('hex')}`;
const password = randomBytes(12).toString('hex');

function psql(url: string, file: string): { status: number | null; stderr: string } {
  return spawnSync(
    'psql',
    [
      ...['--no-psqlrc', '--quiet', '--tuples-only', '--set', 'ON_ERROR_STOP=1', '--set', `role=${role}`],
      ...['--set', 'object_id=33333333-3333-3333-3333-333333333333', '--dbname', url, '--file', path.join(HOOKS, file)],
    ],
    { encoding: 'utf8' },
  );
}

describe('the role of the app', () => {
  let test: TestDatabase;
  let admin: Database;

  beforeAll(async () => {
    test = await createTestDatabase();
    admin = test.database;
    await admin.query(
      `create function pgaadauth_create_principal_with_oid(name text, oid text, kind text, admin boolean, mfa boolean)
       returns text language plpgsql as $$ begin execute format('create role %I login', name); return name; end $$`,
    );
  });
  afterAll(async () => {
    await admin.query(`drop owned by "${role}"`).catch(() => undefined);
    await admin.query(`drop role if exists "${role}"`).catch(() => undefined);
    await test.drop();
  });

  run(`is made once; doing it again changes nothing${note}`, async () => {
    for (const _ of [1, 2]) expect(psql(test.url, 'databaseRole.sql')).toMatchObject({ status: 0, stderr: '' });
    const rows = await admin.query<{ rolsuper: boolean; rolcreatedb: boolean }>(
      'select rolsuper, rolcreatedb from pg_roles where rolname = $1',
      [role],
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false }]);
  });

  run(`may do what the migrations do, and no more${note}`, async () => {
    for (const _ of [1, 2]) expect(psql(test.url, 'databaseRights.sql')).toMatchObject({ status: 0, stderr: '' });
    await admin.query(`alter role "${role}" password '${password}'`);
    const url = new URL(test.url);
    url.username = role;
    url.password = password;
    const app = createPostgres(url.href);
    try {
      await migrate(app);
      expect((await app.query('select * from runs')).length).toBe(0);
      await expect(app.query('create role other')).rejects.toThrow(/permission denied/);
    } finally {
      await app.close();
    }
  });
});
