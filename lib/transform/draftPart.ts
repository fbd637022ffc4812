import path from 'node:path';
import type { DataContract } from '../contract/contract';
import { literal, type DuckDb } from '../duckdb/duckdb';
import type { ParquetCodec } from '../lake/paths';
import { checksOf, contentHash, named, typedValue } from './columnSql';
import type { RecordFile, RecordSource } from './recordSource';

/** A Parquet file with the sound rows of a range, before repeated keys are looked for. */
export interface PartDraft {
  parquetFile: string;
  /** Sound rows. */
  rows: number;
  /** The file also holds the range's last record, which is not sound: its record number is negative. */
  lastIsFaulty: boolean;
}

export interface ParquetLayout {
  codec: ParquetCodec;
  rowGroupRows: number;
}

/** Uncompressed bytes of one row group, about: a reader holds one at a time. */
const ROW_GROUP_LENGTH = 16 * 1024 * 1024;
/** The engine writes whole vectors of this many rows. */
const VECTOR_ROWS = 2048;

export function parquetLayout(codec: ParquetCodec, file: RecordFile): ParquetLayout {
  const vectors = Math.floor(ROW_GROUP_LENGTH / Math.max(1, file.length / file.records) / VECTOR_ROWS);
  return { codec, rowGroupRows: VECTOR_ROWS * Math.min(60, Math.max(1, vectors)) };
}

export function parquetOptions({ codec, rowGroupRows }: ParquetLayout): string {
  return `(FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroupRows})`;
}

/**
 * Reads, checks, casts, hashes and writes in one streaming pass; nothing but a row group is held. Undefined when the
 * engine's CSV reader gave up or read another number of records than there are: then its rows are not to be trusted.
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
  try {
    await duckDb.run(
      `COPY (${soundRows(contract, file, source)}) TO ${literal(parquetFile)} ${parquetOptions(layout)}`,
    );
  } catch (error) {
    // By its text: the engine has one class for all errors.
    if (/CSV/.test(String(error))) return undefined;
    throw error;
  }
  const before = file.firstRecord - 1;
  const [row = []] = await duckDb.rows(
    `SELECT count(*), count(*) FILTER (record_number < 0),
       max(CASE WHEN record_number < 0 THEN -record_number ELSE record_number - ${before} END)
     FROM read_parquet(${literal(parquetFile)})`,
  );
  const [rows, faulty, lastOrdinal] = row.map(Number);
  if (rows === undefined || lastOrdinal !== source.lastOrdinal || rows > source.records) return undefined;
  return { parquetFile, rows: rows - (faulty ?? 0), lastIsFaulty: faulty === 1 };
}

/**
 * The levels are there for a reason: what is computed below the numbering of rows is computed once, since no filter is
 * pushed below it. The last record stays in whether it is sound or not - it proves how many were read.
 */
function soundRows(contract: DataContract, file: RecordFile, source: RecordSource): string {
  const columns = contract.columns.map((column, index) => {
    const text = `c${index}`;
    const value = column.logicalType === 'string' ? text : `v${index}`;
    return { column, text, value };
  });
  const typed = columns.flatMap(({ column, text, value }) =>
    value === text ? [] : [`${typedValue(column, text)} AS ${value}`],
  );
  const faults = columns.flatMap(({ column, text, value }) =>
    checksOf(column, text, value).map((check) => `coalesce(${check.condition}, false)`),
  );
  const selected = [
    ...columns.map(({ column, value }) => named(value, column.name)),
    named(literal(file.source), 'source_file'),
    named(`CASE WHEN sound THEN ordinal + ${file.firstRecord - 1} ELSE -ordinal END`, 'record_number'),
    named(contentHash(columns.map(({ column, text }) => ({ name: column.name, text }))), 'content_hash'),
  ];
  return `
    SELECT ${selected.join(', ')} FROM (
      SELECT row_number() OVER () AS position, * FROM (
        SELECT *, NOT (${['false', ...faults].join(' OR ')}) AS sound FROM (
          SELECT ${['*', ...typed].join(', ')} FROM ${source.table})))
    WHERE sound OR position >= ${source.records}`;
}
