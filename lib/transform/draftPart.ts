import path from 'node:path';
import type { DataContract } from '../contract/contract';
import { DERIVED_ID } from '../contract/key';
import { literal, type DuckDb, type ParquetSummary } from '../duckdb/duckdb';
import type { ParquetCodec } from '../lakehouse/paths';
import { checksOf, columnText, contentHash, named, typedValue } from './columnSql';
import { checkOfKey, derivedId } from './keySql';
import type { RecordFile, RecordSource } from './recordSource';

/** A Parquet file with the sound rows of a range, before repeated keys are looked for. */
export interface PartDraft {
  parquetFile: string;
  /** Summary of all rows in the file. */
  summary: ParquetSummary;
  /** Number of sound rows. */
  rows: number;
  /** The file also holds the range's last record, which is not sound: its record number is negative. */
  lastIsFaulty: boolean;
}

export interface ParquetLayout {
  codec: ParquetCodec;
  rowGroupRows: number;
}

/** Approximate uncompressed bytes of one row group: a reader holds one at a time. */
const ROW_GROUP_LENGTH = 16 * 1024 * 1024;
/** The engine writes whole vectors of this many rows. */
const VECTOR_ROWS = 2048;

export function parquetLayout(codec: ParquetCodec, file: RecordFile): ParquetLayout {
  const vectors = Math.floor(ROW_GROUP_LENGTH / Math.max(1, file.length / file.records) / VECTOR_ROWS);
  return { codec, rowGroupRows: VECTOR_ROWS * Math.min(60, Math.max(1, vectors)) };
}

export function parquetOptions({ codec, rowGroupRows }: ParquetLayout): string {
  return `COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroupRows}`;
}

/**
 * Reads, checks, casts, hashes and writes in one streaming pass. Memory: a row group. Undefined when the engine's CSV
 * reader failed or read a wrong number of records: then its rows cannot be trusted.
 */
export async function draftPart(
  duckDb: DuckDb,
  contract: DataContract,
  file: RecordFile,
  source: RecordSource,
  folder: string,
  layout: ParquetLayout,
): Promise<PartDraft | undefined> {
  const parquetFile = path.join(folder, 'draft.parquet');
  let summary: ParquetSummary;
  try {
    summary = await duckDb.writeParquet(soundRows(contract, file, source), parquetFile, parquetOptions(layout));
  } catch (error) {
    // Recognised by its text: the engine has one class for all errors.
    if (/CSV/.test(String(error))) return undefined;
    throw error;
  }
  const { rows, columns } = summary;
  const smallest = Number(columns.get('record_number')?.smallest);
  const largest = Number(columns.get('record_number')?.largest);
  const lastOrdinal = Math.max(-smallest, largest - (file.firstRecord - 1));
  if (lastOrdinal !== source.lastOrdinal || rows > source.records) return undefined;
  const lastIsFaulty = smallest < 0;
  return { parquetFile, summary, rows: rows - (lastIsFaulty ? 1 : 0), lastIsFaulty };
}

/**
 * The query is nested on purpose: no filter is pushed below the numbering of rows, so everything below it is computed once.
 * The last record is kept, sound or not: it proves how many records were read.
 */
function soundRows(contract: DataContract, file: RecordFile, source: RecordSource): string {
  const columns = contract.columns.map((column, index) => {
    const text = columnText(column, `c${index}`);
    const value = column.logicalType === 'string' ? text : `v${index}`;
    return { column, text, value };
  });
  const typed = columns.flatMap(({ column, text, value }) =>
    value === text ? [] : [`${typedValue(column, text)} AS ${value}`],
  );
  const faults = columns.flatMap(({ column, text, value }) =>
    checksOf(column, text, value).map((check) => `coalesce(${check.condition}, false)`),
  );
  const keyCheck = checkOfKey(contract, columns);
  if (keyCheck !== undefined) faults.push(`coalesce(${keyCheck.condition}, false)`);
  const id = derivedId(contract, columns);
  const selected = [
    ...columns.map(({ column, value }) => named(value, column.name)),
    ...(id === undefined ? [] : [named(id, DERIVED_ID)]),
    named(literal(file.source), 'source_file'),
    named(`CASE WHEN sound THEN ordinal + ${file.firstRecord - 1} ELSE -ordinal END`, 'record_number'),
    named(
      contentHash(columns.map(({ column: { name, required }, text }) => ({ name, text, required }))),
      'content_hash',
    ),
  ];
  return `
    SELECT ${selected.join(', ')} FROM (
      SELECT row_number() OVER () AS position, * FROM (
        SELECT *, NOT (${['false', ...faults].join(' OR ')}) AS sound FROM (
          SELECT ${['*', ...typed].join(', ')} FROM ${source.table})))
    WHERE sound OR position >= ${source.records}`;
}
