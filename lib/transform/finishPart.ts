import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ContractColumn, DataContract } from '../contract/contract';
import { identifier, literal, type DuckDb, type SqlValue } from '../duckdb/duckdb';
import type { FileStatistics } from '../lake/deltaActions';
import { parquetOptions, type ParquetLayout, type PartDraft } from './draftPart';

/** A part on local disk. */
export interface WrittenPart {
  rows: number;
  /** Bytes. */
  bytes: number;
  parquetFile: string;
  /** The key and unique columns, and the record number. */
  keysFile: string;
  statistics: FileStatistics;
}

const EMPTY = { rows: 0, bytes: 0, statistics: { numRecords: 0, minValues: {}, maxValues: {}, nullCount: {} } };

/** Longer texts get no smallest and largest value in the log. */
const LONGEST_STATISTIC = 64;

/** Takes `rejectedRows` rows (those in the table `rejected`) out of a draft, and writes what goes with a part. */
export async function finishPart(
  duckDb: DuckDb,
  contract: DataContract,
  folder: string,
  draft: PartDraft,
  rejectedRows: number,
  layout: ParquetLayout,
): Promise<WrittenPart> {
  const keysFile = path.join(folder, 'keys.parquet');
  let parquetFile = draft.parquetFile;
  if (draft.rows + (draft.lastIsFaulty ? 1 : 0) <= rejectedRows) return { ...EMPTY, parquetFile, keysFile };
  if (rejectedRows > 0) {
    parquetFile = path.join(folder, 'part.parquet');
    await duckDb.run(
      `COPY (SELECT * FROM read_parquet(${literal(draft.parquetFile)}) ANTI JOIN rejected USING (record_number))
       TO ${literal(parquetFile)} ${parquetOptions(layout)}`,
    );
  }
  const keys = contract.columns
    .filter((column) => column.primaryKey || column.unique)
    .map(({ name }) => identifier(name));
  await duckDb.run(
    `COPY (SELECT ${[...keys, 'record_number'].join(', ')} FROM read_parquet(${literal(parquetFile)}))
     TO ${literal(keysFile)} (FORMAT parquet, COMPRESSION ${layout.codec})`,
  );
  const statistics = await collectStatistics(duckDb, contract, parquetFile);
  return { rows: statistics.numRecords, bytes: (await stat(parquetFile)).size, parquetFile, keysFile, statistics };
}

/** Read back from the file: its footer holds the counts, and the few columns with extremes are small. */
async function collectStatistics(duckDb: DuckDb, contract: DataContract, parquetFile: string): Promise<FileStatistics> {
  const file = literal(parquetFile);
  const nulls = await duckDb.rows(
    `SELECT path_in_schema, sum(stats_null_count)::BIGINT FROM parquet_metadata(${file}) GROUP BY path_in_schema`,
  );
  const nullCounts = new Map(nulls.map(([name, count]) => [name, count]));
  const bounds = contract.columns.flatMap((column) => {
    const ends = extremes(column, contract);
    return ends === undefined ? [] : [{ name: column.name, ...ends }];
  });
  const selected = ['count(*)', ...bounds.flatMap(({ smallest, largest }) => [smallest, largest])];
  const [row = []] = await duckDb.rows(`SELECT ${selected.join(', ')} FROM read_parquet(${file})`);
  const statistics: FileStatistics = { numRecords: Number(row[0]), minValues: {}, maxValues: {}, nullCount: {} };
  for (const { name } of contract.columns) {
    const count = nullCounts.get(name);
    if (count !== undefined && count !== null) statistics.nullCount[name] = Number(count);
  }
  bounds.forEach(({ name }, index) => {
    const smallest = statistic(row[1 + 2 * index]);
    const largest = statistic(row[2 + 2 * index]);
    if (smallest === undefined || largest === undefined) return;
    statistics.minValues[name] = smallest;
    statistics.maxValues[name] = largest;
  });
  return statistics;
}

/** Smallest and largest value as the log writes them. Of texts only the key's: others are rarely searched by range. */
function extremes(column: ContractColumn, contract: DataContract): { smallest: string; largest: string } | undefined {
  const name = identifier(column.name);
  const both = (wrap: (extreme: string) => string) => ({
    smallest: wrap(`min(${name})`),
    largest: wrap(`max(${name})`),
  });
  switch (column.logicalType) {
    case 'string':
      return column.name === contract.roles.id
        ? both((extreme) => `CASE WHEN max(strlen(${name})) <= ${LONGEST_STATISTIC} THEN ${extreme} END`)
        : undefined;
    case 'date':
      return both((extreme) => `strftime(${extreme}, '%Y-%m-%d')`);
    case 'timestamp':
      return both((extreme) => `strftime(${extreme}, '%Y-%m-%dT%H:%M:%S.%gZ')`);
    case 'boolean':
      return undefined;
    case 'integer':
    case 'number':
      return both((extreme) => extreme);
  }
}

/** Whole numbers past 2^53 would change on their way through JSON, so they get none. */
function statistic(value: SqlValue | undefined): string | number | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  return undefined;
}
