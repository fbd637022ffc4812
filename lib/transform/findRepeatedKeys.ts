import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { mapAll } from '../concurrency/mapInOrder';
import { uniqueColumns } from '../contract/key';
import { identifier, literal, withDuckDb, type DuckDb } from '../duckdb/duckdb';
import { errorOfReadingSome } from '../lakehouse/brokenFile';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { repeatedKeysFile } from '../lakehouse/paths';
import { plannedRanges, readPlan } from '../planning/readPlan';
import type { RunKey } from '../runs/runKey';
import { readManifests, type PartManifest } from '../staging/partManifest';
import { contractOfRun } from '../staging/runContract';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { keptRow } from './findRepeated';

/** A row that is not kept, because a row of another part with the same key is. */
export interface RepeatedKey {
  /** 1-based number of the record in its file. */
  record: number;
  /** The beginning of the key. */
  key: string;
  /** The record that is kept. */
  kept: string;
}

const PARALLEL_DOWNLOADS = 8;
const BATCH = { batchRows: 2000, batchCharacters: 2_000_000 };

/**
 * Finds the rows whose key is in several parts and of which the contract keeps one, and lists those to drop in staging, by
 * part. Within a part the transform has left one row of each key. All rows are ordered (by the contract's column, then part,
 * then record), so the row that is kept does not depend on how the files were split. Reads the key files only; the engine
 * spills past its memory limit. Safe to repeat before rows are dropped. Error: LAKE_FILE_BROKEN for a damaged key file.
 */
export async function findRepeatedKeys(lakehouse: Lakehouse, key: RunKey): Promise<{ rows: number; parts: number }> {
  const [plan, contract] = await Promise.all([readPlan(lakehouse, key), contractOfRun(lakehouse, key)]);
  const keep = contract.key?.keep;
  const column = uniqueColumns(contract).find(({ isKey }) => isKey)?.name;
  if (keep === undefined || column === undefined) return { rows: 0, parts: 0 };
  const manifests = await readManifests(lakehouse, key, plan.ranges);
  return withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    const files = path.join(folder, 'keys');
    if (!(await downloadKeys(lakehouse, manifests, files))) return { rows: 0, parts: 0 };
    const work = withDuckDb(lakehouse.duckDb, path.join(folder, 'spill'), async (duckDb) => {
      // Columns of the contract get names of their own here, because they may have any name.
      const columns = [
        `${identifier(column)} AS value`,
        ...(keep.record === 'last' ? [`${identifier(keep.by)} AS latest`] : []),
      ];
      const kept = keep.record === 'last' ? { ...keep, by: 'latest' } : keep;
      // No column of a contract can be called source_file. A table, because the engine (1.5) takes a condition on a column
      // `filename` of a view for one on the names of the files.
      await duckDb.run(
        `CREATE TEMP TABLE keys AS
         SELECT parse_filename(source_file, true)::BIGINT AS part, record_number, ${columns.join(', ')}
         FROM read_parquet(${literal(path.join(files, '*.parquet'))}, filename='source_file')`,
      );
      await duckDb.run(
        `CREATE TEMP TABLE repeated AS
         SELECT value, ${keptRow('{part: part, record: record_number}', kept, 'part, record_number')} AS kept
         FROM keys GROUP BY value HAVING count(*) > 1`,
      );
      return listByPart(lakehouse, key, plan.ranges, duckDb);
    });
    return work.catch(async (error: unknown) => {
      const staged = withRows(manifests).map(({ part, keys }) => ({
        ...{ file: `${lakehouse.containers.staging}/${keys}`, localFile: path.join(files, `${part}.parquet`) },
        ...{ dataset: key.dataset, date: key.date, isStaged: true },
      }));
      throw await errorOfReadingSome(error, lakehouse.duckDb, path.join(folder, 'spill-of-probes'), staged);
    });
  });
}

/** False when no part has rows. A file is named after the number of its part. */
async function downloadKeys(
  { store, containers }: Lakehouse,
  manifests: PartManifest[],
  folder: string,
): Promise<boolean> {
  await mkdir(folder);
  const parts = withRows(manifests);
  await mapAll(parts, PARALLEL_DOWNLOADS, ({ part, keys }) =>
    store.download(containers.staging, keys ?? '', path.join(folder, `${part}.parquet`)),
  );
  return parts.length > 0;
}

function withRows(manifests: PartManifest[]): PartManifest[] {
  return manifests.filter(({ keys }) => keys !== null);
}

/** Memory: the list of one part, and the file names of all. */
async function listByPart(
  lakehouse: Lakehouse,
  key: RunKey,
  ranges: number,
  duckDb: DuckDb,
): Promise<{ rows: number; parts: number }> {
  const { store, containers } = lakehouse;
  let files: string[] | undefined;
  let current: { part: number; rows: RepeatedKey[] } | undefined;
  const total = { rows: 0, parts: 0 };
  const write = async () => {
    if (current === undefined) return;
    await store.write(containers.staging, repeatedKeysFile(key, current.part), JSON.stringify(current.rows));
    total.rows += current.rows.length;
    total.parts += 1;
  };
  const rows = duckDb.stream(
    `SELECT part, record_number, left(value::VARCHAR, 200), kept.part, kept.record
     FROM keys JOIN repeated USING (value)
     WHERE part <> kept.part OR record_number <> kept.record ORDER BY part, record_number`,
    BATCH,
  );
  for await (const batch of rows) {
    files ??= await filesOfParts(lakehouse, key, ranges);
    for (const [part, record, value, keptPart, keptRecord] of batch) {
      if (current?.part !== Number(part)) {
        await write();
        current = { part: Number(part), rows: [] };
      }
      const kept = `record ${Number(keptRecord)} of ${files[Number(keptPart)]}`;
      current.rows.push({ record: Number(record), key: String(value), kept });
    }
  }
  await write();
  return total;
}

/** By number of the part, which is the number of its range. */
async function filesOfParts(lakehouse: Lakehouse, key: RunKey, ranges: number): Promise<string[]> {
  const files: string[] = [];
  for await (const page of plannedRanges(lakehouse, key).pages(ranges))
    files.push(...page.map(({ file }) => file.path));
  return files;
}
