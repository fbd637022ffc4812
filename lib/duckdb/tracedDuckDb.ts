import { DB_RETURNED_ROWS } from '../telemetry/attributes';
import { databaseCall } from '../telemetry/calls';
import { inSpan, iterateInSpan, type Operation } from '../telemetry/spans';
import type { DuckDb } from './duckdb';

/** The same connection, whose statements are in the trace of the run that executes them. */
export function tracedDuckDb(duckDb: DuckDb): DuckDb {
  return {
    ...duckDb,
    run: (sql) => inSpan(statementCall(sql), () => duckDb.run(sql)),
    rows: (sql) =>
      inSpan(statementCall(sql), async (set) => {
        const rows = await duckDb.rows(sql);
        set({ [DB_RETURNED_ROWS]: rows.length });
        return rows;
      }),
    stream: (sql, limits) => iterateInSpan(statementCall(sql), () => duckDb.stream(sql, limits)),
    writeParquet: (query, file, options) =>
      inSpan(databaseCall({ system: 'duckdb', operation: 'copy' }), async (set) => {
        const summary = await duckDb.writeParquet(query, file, options);
        set({ [DB_RETURNED_ROWS]: summary.rows });
        return summary;
      }),
  };
}

/** The verb alone: the statement names local files and has values of the contract. */
function statementCall(sql: string): Operation {
  const operation = /^\s*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? 'query';
  return databaseCall({ system: 'duckdb', operation });
}
