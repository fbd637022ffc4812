import type { ColumnRoles } from '../contract/contract';

/** One row of a committed part, its columns named by their role in the contract. */
export interface DocumentRow {
  dataset: string;
  /** Partition, `yyyy-mm-dd`. */
  ingestDate: string;
  docId: string;
  /** Hash of the row's business columns, computed in the transform; with docId it links Parquet, SQL and vectors. */
  contentHash: string;
  title: string;
  author: string | null;
  /** ISO 8601 date or timestamp text as in the lake; null when the contract has no date role or the value is null. */
  publishedAt: string | null;
  category: string | null;
  /** Groups that may read it; `*` is every reader. Null when the contract has no access role. */
  allowedGroups: string[] | null;
  /** Column that the groups were read from; null without groups. */
  accessColumn: string | null;
  /** File under `raw/` and 1-based record number in it (header not counted). */
  sourceFile: string;
  recordNumber: number;
  /** The whole text. Empty string when read without text. */
  text: string;
}

/** Reads the current version of the table. */
export interface LakeReader {
  /** Parts of one partition at the table's current version; empty when there is none. */
  parts(dataset: string, date: string): Promise<CommittedPart[]>;
  /** Rows of one part in batches, which bound the memory. Fetches only the columns that it returns. */
  documents(part: CommittedPart, options: { withText: boolean }): AsyncIterable<DocumentRow[]>;
}

export interface CommittedPart {
  dataset: string;
  date: string;
  /** Path inside the processed container, `<dataset>/ingest_date=.../part-....parquet`. */
  path: string;
  rows: number;
  /** Bytes of the Parquet file. */
  bytes: number;
  /** Roles by which its columns are read: those of the run, or those stored in the table. Absent: those of the contract. */
  roles?: ColumnRoles;
}
