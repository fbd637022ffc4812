/** A database that rows are extracted from; implemented by `postgresSource.ts`. */
export interface SqlSource {
  /**
   * Reads in one read-only transaction with one snapshot, in time zone UTC and with ISO formats. Errors:
   * SQL_SOURCE_UNAVAILABLE, retryable; SQL_SOURCE_REJECTED when the server rejects a statement and SQL_SOURCE_TIMEOUT when
   * one takes too long, not retryable. `cancelled` ends the running statement in the server; its reason is thrown.
   */
  read<Result>(work: (session: SqlSession) => Promise<Result>, cancelled?: AbortSignal): Promise<Result>;
}

export interface SqlSession {
  /** Checks that a text from outside is one complete query, so that it can be a subquery of a statement. */
  check(query: string): Promise<void>;
  /** The single value of the statement's single row, as text. */
  value(statement: string): Promise<string | null>;
  /** Whether the server takes the text for a value of the type. `type`: a name as the server writes it. */
  isValue(text: string, type: string): Promise<boolean>;
  /**
   * Gives the result of a COPY ... TO STDOUT to `write` as a stream; returns the number of rows. `write` must read it to its
   * end; what the stream throws, `write` must throw. Memory: one network packet.
   */
  copy(statement: string, write: (blocks: AsyncIterable<Buffer>) => Promise<unknown>): Promise<number>;
}
