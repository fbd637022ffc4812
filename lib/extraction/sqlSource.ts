/** A database that rows are extracted from; implemented by `postgresSource.ts`. */
export interface SqlSource {
  /**
   * Reads in one transaction that sees one moment and changes nothing; in it time zone and formats are UTC and ISO. Out of
   * reach: SQL_SOURCE_UNAVAILABLE, retryable. Refused by the server: SQL_SOURCE_REJECTED, not retryable.
   */
  read<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result>;
}

export interface SqlSession {
  /** The one value of the one row that the statement gives, as text. */
  value(statement: string): Promise<string | null>;
  /** Streams what a COPY ... TO STDOUT gives into a local file; returns the number of rows. Memory: one network packet. */
  copy(statement: string, localFile: string): Promise<number>;
}
