import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ContractColumn, DataContract } from '../contract/contract';
import { identifier, literal, type ColumnSummary, type DuckDb, type ParquetSummary } from '../duckdb/duckdb';
import type { FileStatistics } from '../delta/deltaActions';
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
  statistics: FileStatistics;
}

const EMPTY = { rows: 0, bytes: 0, statistics: { numRecords: 0, minValues: {}, maxValues: {}, nullCount: {} } };

/** For longer texts the log has no smallest and largest value. */
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
  const keysFile = path.join(folder, 'keys.parquet');
  let { parquetFile, summary } = draft;
  if (draft.rows + (draft.lastIsFaulty ? 1 : 0) <= rejectedRows) return { ...EMPTY, parquetFile, keysFile };
  if (rejectedRows > 0) {
    parquetFile = path.join(folder, 'part.parquet');
    summary = await duckDb.writeParquet(
      `SELECT * FROM read_parquet(${literal(draft.parquetFile)}) ANTI JOIN rejected USING (record_number)`,
      parquetFile,
      parquetOptions(layout),
    );
  }
  const keys = gateColumns(contract).map(identifier);
  await duckDb.run(
    `COPY (SELECT ${[...keys, 'record_number'].join(', ')} FROM read_parquet(${literal(parquetFile)}))
     TO ${literal(keysFile)} (FORMAT parquet, COMPRESSION ${layout.codec})`,
  );
  const statistics = statisticsOf(contract, summary);
  return { rows: statistics.numRecords, bytes: (await stat(parquetFile)).size, parquetFile, keysFile, statistics };
}

/**
 * Column statistics as in the log, with dates and times as text. Smallest and largest texts only for the key: other texts
 * are rarely searched by range.
 */
function statisticsOf(contract: DataContract, summary: ParquetSummary): FileStatistics {
  const statistics: FileStatistics = { numRecords: summary.rows, minValues: {}, maxValues: {}, nullCount: {} };
  for (const column of contract.columns) {
    const found = summary.columns.get(column.name);
    if (found === undefined) continue;
    statistics.nullCount[column.name] = found.nulls;
    const { smallest, largest } = extremes(column, contract, found);
    if (smallest === undefined || largest === undefined) continue;
    statistics.minValues[column.name] = smallest;
    statistics.maxValues[column.name] = largest;
  }
  return statistics;
}

type Statistic = string | number | undefined;

function extremes(
  column: ContractColumn,
  contract: DataContract,
  { smallest = '', largest = '' }: ColumnSummary,
): { smallest?: Statistic; largest?: Statistic } {
  const both = (read: (text: string) => Statistic) => ({ smallest: read(smallest), largest: read(largest) });
  switch (column.logicalType) {
    case 'string':
      return column.name === contract.roles.id
        ? both((text) => (text !== '' && Buffer.byteLength(text) <= LONGEST_STATISTIC ? text : undefined))
        : {};
    case 'date':
      return both((text) => /^\d{4,}-\d\d-\d\d$/.exec(text)?.[0]);
    case 'timestamp':
      return both(timestamp);
    case 'boolean':
      return {};
    case 'integer':
    case 'number':
      return both(number);
  }
}

/** Rewrites '2026-01-31 10:20:30.456789+00' as '2026-01-31T10:20:30.456Z'. */
function timestamp(text: string): Statistic {
  const [, day, time, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  return day === undefined ? undefined : `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

/** Integers past 2^53 get no statistics, because JSON would change them. */
function number(text: string): Statistic {
  const value = Number(text);
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || !/^-?\d+$/.test(text);
  return text !== '' && Number.isFinite(value) && isExact ? value : undefined;
}
