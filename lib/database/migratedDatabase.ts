import type { Database } from './database';

/**
 * The same database, which is not used before `whenMigrated` resolves. It is called again at the next use when it throws: the
 * database may then be in reach.
 */
export function migratedDatabase(database: Database, whenMigrated: () => Promise<unknown>): Database {
  return {
    query: async (text, parameters) => {
      await whenMigrated();
      return database.query(text, parameters);
    },
    transaction: async (work) => {
      await whenMigrated();
      return database.transaction(work);
    },
    close: () => database.close(),
  };
}

/** Migrates once in this process, for all its databases; after a failure the next call tries again. */
export function migrateOnce(migrateNow: () => Promise<unknown>): () => Promise<void> {
  let ready: Promise<unknown> | undefined;
  return async () => {
    ready ??= migrateNow();
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
  };
}
