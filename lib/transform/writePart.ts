import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ContractColumn, DataContract } from '../contract/contract';
import { identifier, literal, type DuckDb, type SqlValue } from '../duckdb/duckdb';
import type { FileStatistics } from '../lake/deltaActions';
import type { ParquetCodec } from '../lake/paths';
import { contentHash, named, typedValue } from './columnSql';
import { REJECTED_TABLE } from './findFaults';
import { RECORDS_TABLE } from './loadRecords';

/** A part on local disk. */
export interface WrittenPart {
  rows: number;
  /** Bytes. */
  bytes: number;
  parquetFile: string;
  /** The key and unique columns alone. */
  keysFile: string;
  statistics: FileStatistics;
}

/** Uncompressed bytes of one row group, about: a reader holds one at a time. */
const ROW_GROUP_LENGTH = 16 * 1024 * 1024;
/** The engine writes whole vectors of this many rows. */
const VECTOR_ROWS = 2048;
/** Longer texts get no smallest and largest value in the log. */
const LONGEST_STATISTIC = 64;

/** Writes the sound records as one Parquet file with the technical columns. */
export async function writePart(
  duckDb: DuckDb,
  contract: DataContract,
  folder: string,
  options: { source: string; firstRecord: number; codec: ParquetCodec; bytes: number; records: number },
): Promise<WrittenPart> {
  const parquetFile = path.join(folder, 'part.parquet');
  const keysFile = path.join(folder, 'keys.parquet');
  const text = (column: ContractColumn) => `c${contract.columns.indexOf(column)}`;
  const value = (column: ContractColumn) => typedValue(column, text(column));
  const [rejected] = await duckDb.rows(`SELECT count(*) FROM ${REJECTED_TABLE}`);
  const sound =
    Number(rejected?.[0]) === 0 ? RECORDS_TABLE : `${RECORDS_TABLE} ANTI JOIN ${REJECTED_TABLE} USING (ordinal)`;
  const selected = [
    ...contract.columns.map((column) => named(value(column), column.name)),
    named(literal(options.source), 'source_file'),
    named(`ordinal + ${options.firstRecord - 1}`, 'record_number'),
    named(contentHash(contract.columns.map((column) => ({ name: column.name, text: text(column) }))), 'content_hash'),
  ];
  const vectors = Math.floor(ROW_GROUP_LENGTH / Math.max(1, options.bytes / options.records) / VECTOR_ROWS);
  const rowGroupRows = VECTOR_ROWS * Math.min(60, Math.max(1, vectors));
  await duckDb.run(
    `COPY (SELECT ${selected.join(', ')} FROM ${sound}) TO ${literal(parquetFile)}
     (FORMAT parquet, COMPRESSION ${options.codec}, ROW_GROUP_SIZE ${rowGroupRows})`,
  );
  const keys = contract.columns.filter((column) => column.primaryKey || column.unique);
  await duckDb.run(
    `COPY (SELECT ${keys.map((column) => identifier(column.name)).join(', ')} FROM read_parquet(${literal(parquetFile)}))
     TO ${literal(keysFile)} (FORMAT parquet, COMPRESSION ${options.codec})`,
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
