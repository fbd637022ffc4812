import path from 'node:path';
import { mapAll } from '../concurrency/mapInOrder';
import type { DataContract, LogicalType } from '../contract/contract';
import { storedColumns, type StoredColumn } from '../contract/key';
import { decimalText } from '../contract/decimal';
import { identifier, literal, withDuckDb, type DuckDb } from '../duckdb/duckdb';
import { errorOfReadingSome } from '../lakehouse/brokenFile';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { RunKey } from '../runs/runKey';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { gateColumns } from './gateColumns';
import { limitedQueries, type LimitedQueries } from './limitedQueries';
import type { RuleTimeLimit } from './ruleTimeLimit';

/** All rows of a run's parts, with only the columns that the gate needs, as a view named like the dataset. */
export interface StagedRows {
  duckDb: DuckDb;
  /** The view, quoted. */
  view: string;
  /** For queries of the contract. */
  queries: LimitedQueries;
}

const PARALLEL_DOWNLOADS = 8;

const SQL_TYPES: Record<LogicalType, string> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMPTZ',
};

/** The engine's type of a column. */
export function sqlType({ decimal, logicalType }: StoredColumn): string {
  return decimal === undefined ? SQL_TYPES[logicalType] : decimalText(decimal);
}

/**
 * Downloads the key files and opens an engine on them. Memory: the engine's limit, past which it spills. Disk: the key
 * files and what the engine spills. The engine can read only these files, so a rule's query cannot read others. Error:
 * LAKE_FILE_BROKEN for a damaged file.
 */
export async function withStagedRows<T>(
  lakehouse: Lakehouse,
  contract: DataContract,
  { dataset, date }: RunKey,
  files: string[],
  limit: RuleTimeLimit,
  use: (rows: StagedRows) => Promise<T>,
): Promise<T> {
  const { store, containers } = lakehouse;
  return withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    await mapAll(files.entries(), PARALLEL_DOWNLOADS, ([index, file]) =>
      store.download(containers.staging, file, path.join(folder, `${index}.parquet`)),
    );
    const wanted = new Set(gateColumns(contract));
    const columns = storedColumns(contract).filter(({ name }) => wanted.has(name));
    const view = identifier(contract.dataset);
    const names = columns.map(({ name }) => identifier(name));
    const parquet = literal(path.join(folder, '*.parquet'));
    // A view needs a column; the record number is in every key file.
    const selected = names.length === 0 ? ['record_number'] : names;
    const setUp =
      files.length === 0
        ? emptyTable(view, columns)
        : `CREATE VIEW ${view} AS SELECT ${selected.join(', ')} FROM read_parquet(${parquet})`;
    const broken = (error: unknown): Promise<unknown> => {
      const staged = files.map((file, index) => ({
        ...{ file: `${containers.staging}/${file}`, localFile: path.join(folder, `${index}.parquet`) },
        ...{ dataset, date, isStaged: true },
      }));
      return errorOfReadingSome(error, lakehouse.duckDb, path.join(folder, 'spill-of-probes'), staged);
    };
    const limited = limitedQueries({
      duckDb: lakehouse.duckDb,
      folder,
      spillFolder: path.join(folder, 'spill-of-queries'),
      setUp,
      limit,
      processFile: lakehouse.queryProcessFile,
    });
    const queries: LimitedQueries = {
      ...limited,
      // A query is not at fault when its rows cannot be read.
      async value(rule, sql) {
        try {
          return await limited.value(rule, sql);
        } catch (error) {
          throw await broken(error);
        }
      },
    };
    try {
      return await withDuckDb(lakehouse.duckDb, path.join(folder, 'spill'), async (duckDb) => {
        await duckDb.run(setUp);
        await confine(duckDb, folder);
        return use({ duckDb, view, queries });
      });
    } catch (error) {
      throw await broken(error);
    } finally {
      queries.close();
    }
  });
}

/** Statement for a table with the columns and without rows. */
export function emptyTable(table: string, columns: StoredColumn[]): string {
  const written = columns.map((column) => `${identifier(column.name)} ${sqlType(column)}`);
  return `CREATE TABLE ${table} (${written.length === 0 ? 'record_number BIGINT' : written.join(', ')})`;
}

/** After this, statements cannot read files outside the folder, and cannot change this setting. */
export async function confine(duckDb: DuckDb, folder: string): Promise<void> {
  await duckDb.run(`SET allowed_directories = [${literal(`${folder}${path.sep}`)}]`);
  await duckDb.run('SET enable_external_access = false');
  await duckDb.run('SET lock_configuration = true');
}
