import type { Database } from './database';
import { migrate } from './migrate';

/** The same database. Its schema is migrated before the first use in this process. */
export function migratedDatabase(database: Database): Database {
  let ready: Promise<unknown> | undefined;
  const whenReady = async (): Promise<void> => {
    ready ??= migrate(database);
    try {
      await ready;
    } catch (error) {
      // The database is out of reach now; the next use tries again.
      ready = undefined;
      throw error;
    }
  };
  return {
    query: async (text, parameters) => {
      await whenReady();
      return database.query(text, parameters);
    },
    transaction: async (work) => {
      await whenReady();
      return database.transaction(work);
    },
    close: () => database.close(),
  };
}
