import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DataContract } from '../contract/contract';
import { DIGITS_OF_DOUBLE } from '../contract/decimal';
import { identifier, literal, type DuckDb, type ParquetSummary } from '../duckdb/duckdb';
import type { DeltaField, FileStatistics } from '../delta/deltaActions';
import { tableSchema } from '../delta/tableSchema';
import { gateColumns } from '../quality/gateColumns';
import { parquetOptions, type ParquetLayout, type PartDraft } from './draftPart';

/** A part on local disk. */
export interface WrittenPart {
  rows: number;
  /** Bytes. */
  bytes: number;
  parquetFile: string;
  /** The columns that the quality gate reads of every row, and the record number. */
  keysFile: string;
  /** Nulls in each column, for the quality gate. */
  nullCount: Record<string, number>;
  /** For the log. */
  statistics: FileStatistics;
}

const KEYS = 'keys.parquet';
const EMPTY = { rows: 0, bytes: 0, nullCount: {}, statistics: { numRecords: 0 } };

/** The partition has its value in the log, not in the file. */
const PARTITION_COLUMN = 'ingest_date';
/** Bytes. Files with longer texts have no statistics of their columns: the engine truncates them, and the log would grow. */
const LONGEST_STATISTIC = 64;

/** Removes the rows in the table `rejected` (`rejectedRows` in number) from a draft, and writes the other files of a part. */
export async function finishPart(
  duckDb: DuckDb,
  contract: DataContract,
  folder: string,
  draft: PartDraft,
  rejectedRows: number,
  layout: ParquetLayout,
): Promise<WrittenPart> {
  const { parquetFile } = draft;
  if (draft.rows + (draft.lastIsFaulty ? 1 : 0) <= rejectedRows) {
    return { ...EMPTY, parquetFile, keysFile: path.join(folder, KEYS) };
  }
  return rejectedRows > 0
    ? withoutRejected(duckDb, contract, folder, parquetFile, layout)
    : withKeys(duckDb, contract, folder, parquetFile, draft.summary, layout);
}

/** Removes the rows in the table `rejected` from a part, and writes its other files. */
export async function withoutRejected(
  duckDb: DuckDb,
  contract: DataContract,
  folder: string,
  parquetFile: string,
  layout: ParquetLayout,
): Promise<WrittenPart> {
  const target = path.join(folder, 'part.parquet');
  const summary = await duckDb.writeParquet(
    `SELECT * FROM read_parquet(${literal(parquetFile)}) ANTI JOIN rejected USING (record_number)`,
    target,
    parquetOptions(layout),
  );
  return withKeys(duckDb, contract, folder, target, summary, layout);
}

async function withKeys(
  duckDb: DuckDb,
  contract: DataContract,
  folder: string,
  parquetFile: string,
  summary: ParquetSummary,
  layout: ParquetLayout,
): Promise<WrittenPart> {
  const keysFile = path.join(folder, KEYS);
  const keys = gateColumns(contract).map(identifier);
  await duckDb.run(
    `COPY (SELECT ${[...keys, 'record_number'].join(', ')} FROM read_parquet(${literal(parquetFile)}))
     TO ${literal(keysFile)} (FORMAT parquet, COMPRESSION ${layout.codec})`,
  );
  return {
    rows: summary.rows,
    bytes: (await stat(parquetFile)).size,
    parquetFile,
    keysFile,
    nullCount: Object.fromEntries([...summary.columns].map(([name, { nulls }]) => [name, nulls])),
    statistics: statisticsOf(contract, summary),
  };
}

/**
 * Statistics as in the log. Of the columns, technical ones included, they have all or none: readers such as delta-rs take a
 * column without a smallest value for one that no row satisfies, and return no rows, whatever column they filter.
 */
function statisticsOf(contract: DataContract, { rows, columns }: ParquetSummary): FileStatistics {
  const minValues: FileStatistics['minValues'] = {};
  const maxValues: FileStatistics['maxValues'] = {};
  const nullCount: FileStatistics['nullCount'] = {};
  for (const { name, type } of tableSchema(contract).fields) {
    if (name === PARTITION_COLUMN) continue;
    const found = columns.get(name);
    const smallest = exactValue(type, found?.smallest);
    const largest = exactValue(type, found?.largest);
    if (found === undefined || smallest === undefined || largest === undefined) return { numRecords: rows };
    minValues[name] = smallest;
    maxValues[name] = largest;
    nullCount[name] = found.nulls;
  }
  return { numRecords: rows, minValues, maxValues, nullCount };
}

/** The value as in the log, from the engine's text. Undefined when there is none, or when the log cannot hold it exactly. */
function exactValue(type: DeltaField['type'], text: string | undefined): string | number | boolean | undefined {
  if (text === undefined) return undefined;
  switch (type) {
    case 'string':
      return Buffer.byteLength(text) <= LONGEST_STATISTIC ? text : undefined;
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.exec(text)?.[0];
    case 'timestamp':
      return timestamp(text);
    case 'boolean':
      return text === '1';
    case 'long':
    case 'double':
      return number(text);
    default:
      return decimal(text);
  }
}

/**
 * Rewrites '2026-01-31 10:20:30.456+00' as '2026-01-31T10:20:30.456Z'. Undefined for microseconds: readers expect three
 * digits, and the largest value would be too small.
 */
function timestamp(text: string): string | undefined {
  const [, day, time, fraction = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})0*)?\+00$/.exec(text) ?? [];
  return day === undefined ? undefined : `${day}T${time}.${fraction.padEnd(3, '0')}Z`;
}

/** Undefined for more digits than a double holds: readers may take the number for one. */
function decimal(text: string): number | undefined {
  return text.replaceAll(/\D/g, '').replace(/^0+/, '').length <= DIGITS_OF_DOUBLE ? Number(text) : undefined;
}

/** Undefined for integers past 2^53, because JSON would change them. */
function number(text: string): number | undefined {
  const value = Number(text);
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || !/^-?\d+$/.test(text);
  return text !== '' && Number.isFinite(value) && isExact ? value : undefined;
}
