import path from 'node:path';
import type { ColumnRoles, ContractColumn, DataContract } from '../contract/contract';
import { identifier, literal, openDuckDb, type SqlValue } from '../duckdb/duckdb';
import type { AddFile, FileStatistics } from '../delta/deltaActions';
import { readSnapshot } from '../delta/deltaLog';
import type { CommittedPart, DocumentRow, LakeReader, PartReference } from './document';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { requireDate } from '../lakehouse/paths';
import { filePath, filesOfPartition } from '../delta/tableSnapshot';
import { inTemporaryFolder } from '../storage/temporaryFolder';

/** Rows at once, and characters of text at once, whichever is reached first. */
const BATCH = { batchRows: 500, batchCharacters: 2_000_000 };

/** Reads the table's current version; columns are named by their roles in the contract. */
export function createLakeReader(
  lakehouse: Pick<Lakehouse, 'store' | 'containers' | 'contracts' | 'temporaryDirectory' | 'duckDb'>,
): LakeReader {
  const { store, containers } = lakehouse;

  async function* rowsOf(
    part: PartReference,
    select: (known: ReadonlySet<string>, contract: DataContract) => string,
  ): AsyncGenerator<SqlValue[][]> {
    const contract = await lakehouse.contracts.get(part.dataset);
    yield* inTemporaryFolder(lakehouse.temporaryDirectory, async function* (folder) {
      const file = path.join(folder, 'part.parquet');
      await store.download(containers.processed, part.path, file);
      const duckDb = await openDuckDb(lakehouse.duckDb, path.join(folder, 'spill'));
      try {
        const source = `read_parquet(${literal(file)})`;
        const names = await duckDb.rows(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`);
        const known = new Set(names.map(([name]) => String(name)));
        yield* duckDb.stream(`SELECT ${select(known, contract)} FROM ${source}`, BATCH);
      } finally {
        duckDb.close();
      }
    });
  }

  const parts = async (dataset: string, date: string): Promise<CommittedPart[]> => {
    requireDate(date);
    const snapshot = await readSnapshot(lakehouse, dataset);
    if (snapshot === undefined) return [];
    return filesOfPartition(snapshot, date).map((file) => ({
      dataset,
      date,
      path: filePath(dataset, file),
      rows: rowsIn(file),
      bytes: file.size,
    }));
  };

  return {
    parts,

    async *documents(part, { withText }) {
      const select = (known: ReadonlySet<string>, contract: DataContract) => documentColumns(contract, known, withText);
      for await (const batch of rowsOf(part, select)) yield batch.map((row) => documentRow(part, row));
    },

    async keys(dataset, date) {
      const keys = new Map<string, string>();
      for (const part of await parts(dataset, date)) {
        const select = (_known: ReadonlySet<string>, contract: DataContract) =>
          `${identifier(contract.roles.id)}::VARCHAR, content_hash`;
        for await (const batch of rowsOf(part, select)) {
          for (const [docId, contentHash] of batch) keys.set(String(docId), String(contentHash));
        }
      }
      return keys;
    },
  };
}

function documentColumns(contract: DataContract, known: ReadonlySet<string>, withText: boolean): string {
  const byRole = (role: keyof ColumnRoles): string => {
    const column = contract.columns.find(({ name }) => name === contract.roles[role]);
    // Parts from before a column was added lack it.
    return column === undefined || !known.has(column.name) ? 'NULL' : asText(column);
  };
  return [
    byRole('id'),
    'content_hash',
    byRole('title'),
    byRole('author'),
    byRole('date'),
    byRole('category'),
    'source_file',
    'record_number',
    withText ? byRole('text') : "''",
  ].join(', ');
}

function asText(column: ContractColumn): string {
  const name = identifier(column.name);
  if (column.logicalType === 'string') return name;
  if (column.logicalType === 'date') return `strftime(${name}, '%Y-%m-%d')`;
  if (column.logicalType === 'timestamp') return `strftime(${name}, '%Y-%m-%dT%H:%M:%SZ')`;
  return `${name}::VARCHAR`;
}

function documentRow(part: PartReference, row: SqlValue[]): DocumentRow {
  const [docId, contentHash, title, author, publishedAt, category, sourceFile, recordNumber, text] = row;
  const optional = (value: SqlValue | undefined) => (value === null || value === undefined ? null : String(value));
  const required = (value: SqlValue | undefined) => optional(value) ?? '';
  return {
    dataset: part.dataset,
    ingestDate: part.date,
    docId: required(docId),
    contentHash: required(contentHash),
    title: required(title),
    author: optional(author),
    publishedAt: optional(publishedAt),
    category: optional(category),
    sourceFile: required(sourceFile),
    recordNumber: Number(recordNumber),
    text: required(text),
  };
}

function rowsIn(file: AddFile): number {
  return file.stats === undefined ? 0 : (JSON.parse(file.stats) as FileStatistics).numRecords;
}
