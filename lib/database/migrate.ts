import { PipelineError } from '../problems/problem';
import type { Database, Session } from './database';
import { MIGRATIONS } from './migrations';
import { checksumOf, type Migration } from './migrations/migration';

// Any constant: every process that migrates this schema takes the same lock.
const MIGRATION_LOCK = 7_310_214;

interface AppliedMigration {
  version: number;
  name: string;
  /** Null in a database that was migrated before checksums were stored. */
  checksum: string | null;
}

/**
 * Brings the schema to the newest version; safe to call from many instances at once and again at any time.
 * Returns the versions that were applied now. Errors: DATABASE_UNAVAILABLE (retryable), DATABASE_REJECTED; and, with
 * nothing changed, MIGRATION_MISSING (the database has a migration that this code lacks) and MIGRATION_CHANGED (the code
 * of an applied migration was edited): otherwise later migrations and queries would run on an unknown schema.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<number[]> {
  return database.transaction(async (session) => {
    await session.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await session.query(
      `create table if not exists schema_migrations (
         version int primary key, name text not null, applied_at timestamptz not null default now())`,
    );
    await session.query('alter table schema_migrations add column if not exists checksum text');
    const applied = await session.query<AppliedMigration>(
      'select version, name, checksum from schema_migrations order by version',
    );
    refuseMissing(applied, migrations);
    refuseChanged(applied, migrations);
    await fillChecksums(session, applied, migrations);
    const pending = migrations.filter(({ version }) => !applied.some((done) => done.version === version));
    for (const migration of pending) {
      await session.query(migration.sql);
      await session.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
        migration.version,
        migration.name,
        checksumOf(migration),
      ]);
    }
    return pending.map(({ version }) => version);
  });
}

function refuseMissing(applied: AppliedMigration[], migrations: readonly Migration[]): void {
  const missing = applied.filter(({ version }) => !migrations.some((migration) => migration.version === version));
  if (missing.length === 0) return;
  throw new PipelineError('MIGRATION_MISSING', 'The database was migrated by another version of this code.', {
    found: `applied: ${missing.map(nameOf).join(', ')}`,
    expected: `versions up to ${Math.max(0, ...migrations.map(({ version }) => version))}`,
    where: { setting: 'POSTGRES_URL', field: 'schema_migrations' },
    remedy: 'Deploy the version of the code that has these migrations, or set POSTGRES_URL to another database.',
  });
}

function refuseChanged(applied: AppliedMigration[], migrations: readonly Migration[]): void {
  const changed = migrations.filter((migration) =>
    applied.some(
      ({ version, checksum }) =>
        version === migration.version && checksum !== null && checksum !== checksumOf(migration),
    ),
  );
  if (changed.length === 0) return;
  const [first] = changed.map(nameOf);
  throw new PipelineError('MIGRATION_CHANGED', 'A migration was edited after it was applied to the database.', {
    found: `other statements in the code: ${changed.map(nameOf).join(', ')}`,
    expected: 'the statements that were applied',
    where: { setting: 'POSTGRES_URL', file: `lib/database/migrations/${first}.ts` },
    remedy: 'Restore the text of the migration and put the change into a new one.',
  });
}

/** Databases migrated before checksums were stored get the checksums of the current code, once. */
async function fillChecksums(
  session: Session,
  applied: AppliedMigration[],
  migrations: readonly Migration[],
): Promise<void> {
  const without = new Set(applied.filter(({ checksum }) => checksum === null).map(({ version }) => version));
  for (const migration of migrations.filter(({ version }) => without.has(version))) {
    await session.query('update schema_migrations set checksum = $2 where version = $1', [
      migration.version,
      checksumOf(migration),
    ]);
  }
}

/** The name of the migration's file without extension, e.g. `0002-runs`. */
function nameOf({ version, name }: { version: number; name: string }): string {
  return `${String(version).padStart(4, '0')}-${name}`;
}
