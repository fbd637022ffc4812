import type { Database } from '../../lib/database/database';
import type { VectorIndex } from '../../lib/vectors/vectorIndex';

/** What the steps that run for real have asked of the stores: statements and requests, and the length of what went with them. */
export const asked = { requests: 0, bytes: 0 };

function note(question: unknown): void {
  asked.requests += 1;
  asked.bytes += Buffer.byteLength(JSON.stringify(question));
}

/** Answers that a run of so many rows is noted as a whole, and that nothing is stale. */
export function stubDatabase(rows: number): Pick<Database, 'query'> {
  return {
    query: (text, parameters) => {
      note([text, parameters]);
      return Promise.resolve([{ noted: rows, deleted: 0 }] as never);
    },
  };
}

/** Answers that a run of so many chunks is there as a whole, and as many again are stale. */
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
