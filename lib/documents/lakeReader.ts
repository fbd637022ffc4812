import path from 'node:path';
import { mapAll } from '../concurrency/mapInOrder';
import type { ColumnRoles } from '../contract/contract';
import { fetchColumns } from './fetchColumns';
import { identifier, literal, openDuckDb, type SqlValue } from '../duckdb/duckdb';
import { rowsByStatistics } from '../delta/fileStatistics';
import { readSnapshot } from '../delta/deltaLog';
import { allowedGroupsOf } from './documentAccess';
import type { CommittedPart, DocumentRow, LakeReader } from './document';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { brokenFile, errorOfReading } from '../lakehouse/brokenFile';
import { requireDate } from '../lakehouse/paths';
import { PipelineError } from '../problems/problem';
import { rolesOfTable } from '../delta/tableRoles';
import { filePath, filesOfPartition } from '../delta/tableSnapshot';
import { inTemporaryFolder } from '../storage/temporaryFolder';

/** Rows of a batch, and characters of text in it, whichever limit is reached first. */
const BATCH = { batchRows: 500, batchCharacters: 2_000_000 };

/** Files without statistics whose rows are counted at once. */
const PARALLEL_COUNTS = 4;

/** Columns that the transform adds to those of the contract. */
const ADDED_COLUMNS = ['content_hash', 'source_file', 'record_number'];

/** Column of a part to the engine's name of its type. */
type ColumnTypes = ReadonlyMap<string, string>;

/** Reads the table's current version. Error: LAKE_FILE_BROKEN for a part that is damaged. */
export function createLakeReader(
  lakehouse: Pick<Lakehouse, 'store' | 'containers' | 'contracts' | 'temporaryDirectory' | 'duckDb'>,
): LakeReader {
  const { store, containers } = lakehouse;

  async function* rowsOf(
    part: CommittedPart,
    columns: readonly string[],
    select: (types: ColumnTypes) => string,
  ): AsyncGenerator<SqlValue[][]> {
    yield* inTemporaryFolder(lakehouse.temporaryDirectory, async function* (folder) {
      const duckDb = await openDuckDb(lakehouse.duckDb, path.join(folder, 'spill'));
      try {
        const stored = { ...part, container: containers.processed };
        const source = `read_parquet(${literal(await fetchColumns(store, stored, columns, folder, duckDb))})`;
        const described = await duckDb.rows(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${source})`);
        const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
        yield* duckDb.stream(`SELECT ${select(types)} FROM ${source}`, BATCH);
      } catch (error) {
        throw await errorOfPart(part, error);
      } finally {
        duckDb.close();
      }
    });
  }

  /** A part that was cut has another size: then a read of its end fails. */
  const errorOfPart = async (part: CommittedPart, error: unknown): Promise<unknown> => {
    const file = { file: `${containers.processed}/${part.path}`, dataset: part.dataset, date: part.date };
    if (!(error instanceof PipelineError)) return errorOfReading(error, file);
    if (error.retryable || error.code === 'LAKE_OBJECT_NOT_FOUND') return error;
    const size = (await store.info(containers.processed, part.path))?.size ?? part.bytes;
    return size === part.bytes ? error : brokenFile(file, `${size} bytes, ${part.bytes} in the log`, error);
  };

  const parts = async (dataset: string, date: string): Promise<CommittedPart[]> => {
    requireDate(date);
    const snapshot = await readSnapshot(lakehouse, dataset);
    if (snapshot === undefined) return [];
    const roles = rolesOfTable(snapshot.metaData.configuration);
    return mapAll(filesOfPartition(snapshot, date), PARALLEL_COUNTS, async (file) => {
      const part = { dataset, date, path: filePath(dataset, file), rows: 0, bytes: file.size, roles };
      return { ...part, rows: rowsByStatistics(file) ?? (await countRows(part)) };
    });
  };

  const countRows = async (part: CommittedPart): Promise<number> => {
    let rows = 0;
    for await (const batch of rowsOf(part, [], () => 'count(*)')) rows += Number(batch[0]?.[0]);
    return rows;
  };

  return {
    parts,

    async *documents(part, { withText }) {
      const roles = part.roles ?? (await lakehouse.contracts.get(part.dataset)).roles;
      const { text, ...others } = roles;
      const columns = [...ADDED_COLUMNS, ...Object.values(others), ...(withText ? [text] : [])];
      const select = (types: ColumnTypes) => documentColumns(roles, types, withText);
      for await (const batch of rowsOf(part, columns, select)) yield batch.map((row) => documentRow(part, roles, row));
    },
  };
}

function documentColumns(roles: ColumnRoles, types: ColumnTypes, withText: boolean): string {
  const byRole = (role: keyof ColumnRoles): string => {
    const name = roles[role];
    const type = name === undefined ? undefined : types.get(name);
    // Parts written before a column was added lack it.
    return name === undefined || type === undefined ? 'NULL' : asText(identifier(name), type);
  };
  return [
    byRole('id'),
    'content_hash',
    byRole('title'),
    byRole('author'),
    byRole('date'),
    byRole('category'),
    byRole('access'),
    'source_file',
    'record_number',
    withText ? byRole('text') : "''",
  ].join(', ');
}

function asText(column: string, type: string): string {
  if (type === 'VARCHAR') return column;
  if (type === 'DATE') return `strftime(${column}, '%Y-%m-%d')`;
  if (type.startsWith('TIMESTAMP')) {
    // Two keys may differ in the fraction of a second alone. Whole seconds keep the text that they always had.
    const fraction = `rtrim(strftime(${column}, '.%f'), '.0')`;
    return `strftime(${column}, '%Y-%m-%dT%H:%M:%S') || ${fraction} || 'Z'`;
  }
  // -0 and 0 are equal, so that they are one key.
  if (type === 'DOUBLE') return `(${column} + 0)::VARCHAR`;
  return `${column}::VARCHAR`;
}

function documentRow(part: CommittedPart, roles: ColumnRoles, row: SqlValue[]): DocumentRow {
  const [docId, contentHash, title, author, publishedAt, category, access, sourceFile, recordNumber, text] = row;
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
    allowedGroups: roles.access === undefined ? null : allowedGroupsOf(optional(access)),
    accessColumn: roles.access ?? null,
    sourceFile: required(sourceFile),
    recordNumber: Number(recordNumber),
    text: required(text),
  };
}
