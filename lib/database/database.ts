/** A relational database in the few words that the stores need; implemented by `postgres.ts`. */
export interface Database {
  /**
   * Runs one statement with `$1`-style parameters. Out of reach: PipelineError DATABASE_UNAVAILABLE, retryable. Refused by
   * the server: DATABASE_REJECTED, not retryable. A parameter with a NUL character: DATABASE_TEXT_UNTRANSLATABLE, status 400.
   */
  query<Row extends object>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** All or nothing. Errors as `query`; the work's own errors pass through after the rollback. */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** One connection inside a transaction. */
export interface Session {
  query<Row extends object>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Streams rows into a table through COPY; null is null, '' is ''. Returns the number of rows. */
  copyInto(table: string, columns: string[], rows: AsyncIterable<CopyValue[][]>): Promise<number>;
}

export type CopyValue = string | number | null;
