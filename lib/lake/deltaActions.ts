/** Actions of the Delta Lake transaction log, as far as they are written here (reader version 1, writer version 2). */
export type DeltaAction =
  | { commitInfo: CommitInfo }
  | { protocol: Protocol }
  | { metaData: MetaData }
  | { txn: Transaction }
  | { add: AddFile }
  | { remove: RemoveFile };

export interface CommitInfo {
  /** Milliseconds since 1970. */
  timestamp: number;
  operation: string;
  operationParameters: Record<string, string>;
  readVersion?: number;
  isBlindAppend?: boolean;
  engineInfo?: string;
  operationMetrics?: Record<string, string>;
}

export interface Protocol {
  minReaderVersion: number;
  minWriterVersion: number;
}

export interface MetaData {
  id: string;
  name?: string;
  format: { provider: 'parquet'; options: Record<string, string> };
  /** A `DeltaSchema` as JSON text. */
  schemaString: string;
  partitionColumns: string[];
  configuration: Record<string, string>;
  /** Milliseconds since 1970. */
  createdTime: number;
}

export interface Transaction {
  appId: string;
  version: number;
  lastUpdated?: number;
}

export interface AddFile {
  /** Relative to the table's root, URL-encoded. */
  path: string;
  partitionValues: Record<string, string>;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modificationTime: number;
  dataChange: boolean;
  /** `FileStatistics` as JSON text. */
  stats?: string;
}

export interface RemoveFile {
  path: string;
  deletionTimestamp: number;
  dataChange: boolean;
  extendedFileMetadata?: boolean;
  partitionValues?: Record<string, string>;
  size?: number;
}

export interface FileStatistics {
  numRecords: number;
  minValues: Record<string, string | number | boolean>;
  maxValues: Record<string, string | number | boolean>;
  nullCount: Record<string, number>;
}

export interface DeltaSchema {
  type: 'struct';
  fields: DeltaField[];
}

export interface DeltaField {
  name: string;
  type: 'string' | 'long' | 'double' | 'boolean' | 'date' | 'timestamp';
  nullable: boolean;
  metadata: Record<string, unknown>;
}
