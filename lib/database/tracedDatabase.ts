import { DB_RETURNED_ROWS, type Attributes } from '../telemetry/attributes';
import { databaseCall } from '../telemetry/calls';
import { inSpan, type Operation } from '../telemetry/spans';
import type { Database, Session } from './database';

/** The same database, whose calls are in the trace of the run or question that makes them. `server`: where it is. */
export function tracedDatabase(database: Database, server: Attributes = {}): Database {
  return {
    query: (text, parameters) => tracedQuery(database, server, text, parameters),
    transaction: (work) =>
      inSpan(databaseCall({ system: 'postgresql', operation: 'transaction', attributes: server }), () =>
        database.transaction((session) => work(tracedSession(session, server))),
      ),
    close: () => database.close(),
  };
}

function tracedSession(session: Session, server: Attributes): Session {
  return {
    query: (text, parameters) => tracedQuery(session, server, text, parameters),
    copyInto: (table, columns, rows) =>
      inSpan(
        databaseCall({ system: 'postgresql', operation: 'copy', collection: table, attributes: server }),
        async (set) => {
          const count = await session.copyInto(table, columns, rows);
          set({ [DB_RETURNED_ROWS]: count });
          return count;
        },
      ),
  };
}

function tracedQuery<Row extends object>(
  database: Pick<Database, 'query'>,
  server: Attributes,
  text: string,
  parameters: unknown[] | undefined,
): Promise<Row[]> {
  return inSpan(statementCall(text, server), async (set) => {
    const rows = await database.query<Row>(text, parameters);
    set({ [DB_RETURNED_ROWS]: rows.length });
    return rows;
  });
}

/** Verb and first table of a statement of ours. Its values are parameters, and so not in its text. */
function statementCall(text: string, server: Attributes): Operation {
  const verb = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase() ?? 'query';
  const collection = /\b(?:from|into|update|table)\s+(?!select\b)([a-z_][a-z0-9_]*)/i.exec(text)?.[1]?.toLowerCase();
  return databaseCall({ system: 'postgresql', operation: verb, collection, attributes: server });
}
