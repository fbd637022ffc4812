/** The operations of a relational database that the stores need. Implemented by `postgres.ts`. */
export interface Database {
  /**
   * Runs one statement with `$1`-style parameters. Database out of reach: PipelineError DATABASE_UNAVAILABLE, retryable.
   * Refused by the server: DATABASE_REJECTED, not retryable. A parameter with a NUL character: DATABASE_TEXT_UNTRANSLATABLE, status 400.
   */
  query<Row extends object>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs `work` in one transaction. Errors as `query`; errors of `work` are thrown again after the rollback. */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** One connection inside a transaction. */
export interface Session {
  query<Row extends object>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Streams rows into a table through COPY; null is null, '' is ''. Returns the number of rows. */
  copyInto(table: string, columns: string[], rows: AsyncIterable<CopyValue[][]>): Promise<number>;
}

/** A list becomes an array of texts. */
export type CopyValue = string | number | string[] | null;
