import { readFileSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '../../../lib/database/migrate';
import { MIGRATIONS } from '../../../lib/database/migrations';
import type { Migration } from '../../../lib/database/migrations/migration';
import { describeSchema } from '../../../local/postgres/describeSchema';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const first: Migration = { version: 1, name: 'letters', sql: 'create table letters (n int)' };
const second: Migration = { version: 2, name: 'words', sql: 'create table words (n int)' };

const tables = async (): Promise<string[]> =>
  (await test.database.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public'`))
    .map(({ name }) => name)
    .sort();

it('migrations are applied once, also when many instances start at the same time', async () => {
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(test.database)));
  expect(applied.flat()).toEqual(MIGRATIONS.map(({ version }) => version));
  expect(await migrate(test.database)).toEqual([]);
});

it('migrations are numbered without gaps', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

it('a migration that fails leaves nothing behind', async () => {
  const broken = { version: 99, name: 'broken', sql: 'create table half (n int); select nonsense' };
  await expect(migrate(test.database, [...MIGRATIONS, broken])).rejects.toMatchObject({ code: 'DATABASE_REJECTED' });
  expect(await tables()).toEqual([]);
});

it('an applied migration whose text has changed is refused, and nothing after it is applied', async () => {
  await migrate(test.database, [first]);
  await expect(
    migrate(test.database, [{ ...first, sql: 'create table letters (m int)' }, second]),
  ).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    retryable: false,
    found: 'other statements in the code: 0001-letters',
    expected: 'the statements that were applied',
    where: { file: 'lib/database/migrations/0001-letters.ts' },
    remedy: expect.stringContaining('Restore') as string,
  });
  expect(await tables()).toEqual(['letters', 'schema_migrations']);
});

it('an applied migration that is missing in the code is refused, and nothing after it is applied', async () => {
  await migrate(test.database, [first, second]);
  const third: Migration = { version: 3, name: 'third', sql: 'create table third (n int)' };
  await expect(migrate(test.database, [first, third])).rejects.toMatchObject({
    code: 'MIGRATION_MISSING',
    retryable: false,
    found: 'applied: 0002-words',
    expected: 'versions up to 3',
    where: { field: 'schema_migrations' },
    remedy: expect.stringContaining('Deploy') as string,
  });
  expect(await tables()).toEqual(['letters', 'schema_migrations', 'words']);
});

it('a database migrated before checksums existed gets them at the next start', async () => {
  await migrate(test.database, [first]);
  await test.database.query('alter table schema_migrations drop column checksum');
  expect(await migrate(test.database, [first, second])).toEqual([2]);
  expect(await test.database.query('select version from schema_migrations where checksum is null')).toEqual([]);
  await expect(migrate(test.database, [{ ...first, sql: '' }, second])).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
  });
});

it('the schema dump in the repository agrees with the migrations', async () => {
  await migrate(test.database);
  const dump = readFileSync(path.join(__dirname, '../../../lib/database/schema.sql'), 'utf8');
  // `npm run schema` writes it.
  expect(dump.replace(/^--.*\n\n/, '')).toBe(await describeSchema(test.database));
});
