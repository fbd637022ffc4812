/**
 * Actions of the Delta Lake transaction log, as far as they are read and written here (reader version 1, writer version
 * 2). Entries of other writers may contain other actions and fields; readers ignore them.
 */
export type DeltaAction =
  | { commitInfo: CommitInfo }
  | { protocol: Protocol }
  | { metaData: MetaData }
  | { txn: Transaction }
  | { add: AddFile }
  | { remove: RemoveFile };

/** Other writers may leave out any of it. */
export interface CommitInfo {
  /** Milliseconds since 1970. */
  timestamp?: number;
  operation?: string;
  operationParameters?: Record<string, unknown>;
  readVersion?: number;
  isBlindAppend?: boolean;
  engineInfo?: string;
  operationMetrics?: Record<string, unknown>;
}

export interface Protocol {
  minReaderVersion: number;
  minWriterVersion: number;
  /** With reader version 3. */
  readerFeatures?: string[];
  /** With writer version 7. */
  writerFeatures?: string[];
}

export interface MetaData {
  id?: string;
  name?: string;
  description?: string;
  format?: { provider: string; options?: Record<string, string> };
  /** A `DeltaSchema` as JSON text. */
  schemaString: string;
  partitionColumns: string[];
  configuration: Record<string, string>;
  /** Milliseconds since 1970. */
  createdTime?: number;
}

export interface Transaction {
  /** The run's id. */
  appId: string;
  /** The table's version that the transaction made, so that its log entry is found again from a checkpoint. */
  version: number;
  lastUpdated?: number;
}

export interface AddFile {
  /** Relative to the table's root, URL-encoded. */
  path: string;
  partitionValues: Record<string, string | null>;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modificationTime?: number;
  dataChange?: boolean;
  /** `FileStatistics` as JSON text. */
  stats?: string;
  tags?: Record<string, string | null>;
  deletionVector?: DeletionVector;
}

/** Names deleted rows of a file. Tables with deletion vectors are refused. */
export interface DeletionVector {
  storageType: string;
  pathOrInlineDv: string;
  offset?: number;
}

export interface RemoveFile {
  path: string;
  /** Milliseconds since 1970. */
  deletionTimestamp?: number;
  dataChange?: boolean;
  extendedFileMetadata?: boolean;
  partitionValues?: Record<string, string | null>;
  size?: number;
  deletionVector?: DeletionVector;
}

export interface FileStatistics {
  numRecords: number;
  minValues?: Record<string, string | number | boolean>;
  maxValues?: Record<string, string | number | boolean>;
  nullCount?: Record<string, number>;
}

export interface DeltaSchema {
  type: 'struct';
  fields: DeltaField[];
}

export interface DeltaField {
  name: string;
  type: 'string' | 'long' | 'double' | 'boolean' | 'date' | 'timestamp' | `decimal(${number},${number})`;
  nullable: boolean;
  metadata: Record<string, unknown>;
}
