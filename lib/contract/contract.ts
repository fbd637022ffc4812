import type { KeyOptions } from './key';
import type { Decimal } from './decimal';
import type { QualityRule, Severity } from './qualityRule';
import type { SqlSourceOptions } from './sqlSource';
import type { TextFormat } from './textFormat';

/** A data contract (Open Data Contract Standard v3.1), reduced to what the pipeline uses. Read by `readContract`. */
export interface DataContract {
  /** Name of the dataset: folder name under `raw/` and `processed-data/`; lower-case letters, digits, hyphens. */
  dataset: string;
  version: string;
  status: string;
  description?: string;
  columns: ContractColumn[];
  roles: ColumnRoles;
  /** Absent: the column with the role `id` is the key, and records that repeat it are rejected. */
  key?: KeyOptions;
  source: SourceOptions;
  quality: QualityLimits;
}

export type LogicalType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp';

export interface ContractColumn {
  name: string;
  /** Name in the header of the files when it differs from `name` (physicalName in the standard). */
  header?: string;
  logicalType: LogicalType;
  /** Of an integer or a number that is stored exactly, by its physicalType: `decimal(12,2)`. */
  decimal?: Decimal;
  /** True: an empty text is null. Default: true for columns of other types than string, which have no empty value. */
  emptyIsNull?: boolean;
  required: boolean;
  unique: boolean;
  /** With several of them, their values together are the key. */
  primaryKey: boolean;
  /** Regular expression that the whole value must match. */
  pattern?: string;
  /** In characters. */
  minLength?: number;
  maxLength?: number;
  /** A number; for a date or timestamp the text `2026-01-31` or `2026-01-31T12:00:00Z`. */
  minimum?: Bound;
  maximum?: Bound;
  exclusiveMinimum?: Bound;
  exclusiveMaximum?: Bound;
  /** Format of a string, by the standard's name. */
  textFormat?: TextFormat;
  /** strptime format for date and timestamp columns; default `%Y-%m-%d` and `%Y-%m-%dT%H:%M:%SZ`. */
  format?: string;
}

export type Bound = number | string;

/** Which column has which role in documents; `id` may be `DERIVED_ID`. `id`, `title` and `text` are required. */
export interface ColumnRoles {
  id: string;
  title: string;
  text: string;
  author?: string;
  date?: string;
  category?: string;
  /** Text: groups that may read the document, with semicolons between them; `*` for every reader. */
  access?: string;
}

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface SourceOptions {
  /** File name pattern, or several, under `raw/<dataset>/<date>/`. */
  glob: string | string[];
  /** Default false: names in another case are other names. */
  globIgnoresCase?: boolean;
  delimiter: string;
  quote: string;
  encoding: TextEncoding;
  /** 'auto': detected from the file's first bytes. */
  compression: 'none' | 'gzip' | 'auto';
  format: 'csv' | 'ndjson';
  /** An unquoted field with this text is null. A quoted one is not, unless it is empty and its column has `emptyIsNull`. */
  nullText: string;
  /** The database that the files are extracted from; undefined when files are dropped. */
  sqlSource?: SqlSourceOptions;
}

export interface QualityLimits {
  /** Share of records (0 to 1) that may be rejected before the gate closes. */
  maxRejectShare: number;
  /** Severity of files of the date that the run ignores; `error` closes the gate. Default `warning`. */
  ignoredFiles?: Severity;
  rules: QualityRule[];
}
