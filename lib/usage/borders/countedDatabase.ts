import type { Database, Session } from '../../database/database';
import type { UsageMeter } from '../usageMeter';

/** The same database, which counts its statements. */
export function countedDatabase(database: Database, { count }: Pick<UsageMeter, 'count'>): Database {
  const countOne = (): void => count({ sqlStatements: 1 });
  const countedSession = (session: Session): Session => ({
    query: (text, parameters) => {
      countOne();
      return session.query(text, parameters);
    },
    copyInto: (table, columns, rows) => {
      countOne();
      return session.copyInto(table, columns, rows);
    },
  });
  return {
    query: (text, parameters) => {
      countOne();
      return database.query(text, parameters);
    },
    transaction: (work) => database.transaction((session) => work(countedSession(session))),
    close: () => database.close(),
  };
}
