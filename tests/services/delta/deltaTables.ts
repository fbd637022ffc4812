import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommitResult } from '../../../lib/ingest/commitRun';
import type { AddFile, DeltaAction } from '../../../lib/delta/deltaActions';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { logEntryPath } from '../../../lib/lakehouse/paths';
import { ingest, type TestLake } from '../../support/lake';

export const HEADER = 'id,title,n,day,body\n';

/** The n-th day of 2026. */
export function day(n: number): string {
  return new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);
}

/** Ingests a date whose rows have these ids, into a dataset with the default columns. */
export async function ingestIds(
  lake: TestLake,
  dataset: string,
  date: string,
  runId: string,
  ids: string[],
): Promise<CommitResult> {
  await lake.drop(dataset, date, 'a.csv', HEADER + ids.map((id) => `${id},Title,1,,body of ${id}\n`).join(''));
  return ingest(lake, { dataset, date, runId });
}

/** A store that records the paths read, in order. A new store object also has no checkpoint in memory. */
export function observed(store: ObjectStore): { store: ObjectStore; read: string[] } {
  const read: string[] = [];
  return {
    read,
    store: {
      ...store,
      read: (container, file, range) => {
        read.push(file);
        return store.read(container, file, range);
      },
      stream: (container, file, range) => {
        read.push(file);
        return store.stream(container, file, range);
      },
      download: (container, file, localFile, range) => {
        read.push(file);
        return store.download(container, file, localFile, range);
      },
    },
  };
}

/** The `metaData` action of a table of another tool. */
export function metaDataOf(schema: object) {
  return {
    id: 'one',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns: ['ingest_date'],
    configuration: {},
    createdTime: 0,
  };
}

/** Writes a log entry as another tool would. */
export async function writeEntry(
  lake: TestLake,
  dataset: string,
  version: number,
  actions: (DeltaAction | Record<string, unknown>)[],
): Promise<void> {
  const text = actions.map((action) => `${JSON.stringify(action)}\n`).join('');
  await lake.store.write(lake.containers.processed, logEntryPath(dataset, version), text);
}

/** The log's action for a file of one partition; the file need not exist. */
export function addFile(date: string, name: string): AddFile {
  return {
    path: `ingest_date=${date}/${name}.parquet`,
    partitionValues: { ingest_date: date },
    size: 1,
    modificationTime: 0,
    dataChange: true,
    stats: '{"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{}}',
  };
}

/** Copies a table's folder to the local disk. Returns its path. */
export async function copyTable(lake: TestLake, dataset: string, folder: string): Promise<string> {
  for (const file of await lake.paths('processed', `${dataset}/`)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), await lake.store.read(lake.containers.processed, file));
  }
  return path.join(folder, dataset);
}

/** Uploads what another tool added to a local copy: first data files, then the log entry that names them. */
export async function bringBack(lake: TestLake, dataset: string, folder: string): Promise<void> {
  const known = new Set(await lake.paths('processed', `${dataset}/`));
  const names = await readdir(path.join(folder, dataset), { recursive: true, withFileTypes: true });
  const added = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !known.has(file))
    .sort((a, b) => Number(a.includes('_delta_log')) - Number(b.includes('_delta_log')) || (a < b ? -1 : 1));
  for (const file of added) await lake.store.upload(lake.containers.processed, file, path.join(folder, file));
}
