import type { Database } from './database';
import { MIGRATIONS } from './migrations';
import type { Migration } from './migrations/migration';

// Any constant: whoever migrates this schema takes the same lock.
const MIGRATION_LOCK = 7_310_214;

/**
 * Brings the schema to the newest version; safe to call from many instances at once and again at any time.
 * Returns the versions that were applied now. Errors: DATABASE_UNAVAILABLE (retryable), DATABASE_REJECTED.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<number[]> {
  return database.transaction(async (session) => {
    await session.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await session.query(
      `create table if not exists schema_migrations (
         version int primary key, name text not null, applied_at timestamptz not null default now())`,
    );
    const done = await session.query<{ version: number }>('select version from schema_migrations');
    const applied = new Set(done.map(({ version }) => version));
    const pending = migrations.filter(({ version }) => !applied.has(version));
    for (const { version, name, sql } of pending) {
      await session.query(sql);
      await session.query('insert into schema_migrations (version, name) values ($1, $2)', [version, name]);
    }
    return pending.map(({ version }) => version);
  });
}
