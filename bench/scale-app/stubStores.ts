import type { Database } from '../../lib/database/database';
import type { VectorIndex } from '../../lib/vectors/vectorIndex';

/** Statements and requests that the real steps have sent to the stores, and the length of their data. */
export const asked = { requests: 0, bytes: 0 };

function note(question: unknown): void {
  asked.requests += 1;
  asked.bytes += Buffer.byteLength(JSON.stringify(question));
}

/** Answers that all `rows` rows of a run are recorded and that no row is stale. */
export function stubDatabase(rows: number): Pick<Database, 'query'> {
  return {
    query: (text, parameters) => {
      note([text, parameters]);
      return Promise.resolve([{ noted: rows, deleted: 0 }] as never);
    },
  };
}

/** Answers that all `chunks` chunks of a run are indexed and that the same number of chunks is stale. */
export function stubVectors(chunks: number): Pick<VectorIndex, 'count' | 'remove'> {
  return {
    count: (filter) => {
      note(filter);
      return Promise.resolve(chunks);
    },
    remove: (filter) => {
      note(filter);
      return Promise.resolve();
    },
  };
}
