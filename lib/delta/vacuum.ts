import { mapAll } from '../concurrency/mapInOrder';
import { PipelineError } from '../problems/problem';
import { readRecentLog, requireSnapshot } from './deltaLog';
import type { TableStorage } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import { logFolder, stagingPrefix, tableFolder } from '../lakehouse/paths';
import { filePath } from './tableSnapshot';

export interface VacuumOptions {
  /** Versions that were current at any time in the last so many hours stay readable. */
  retentionInHours: number;
  /** True deletes the files; otherwise they are only listed. */
  apply: boolean;
  /** Milliseconds since 1970; default now. */
  now?: number;
}

export interface VacuumResult {
  /** Files that no version within the retention needs; deleted when `apply` is true. */
  removed: ObjectInfo[];
  removedBytes: number;
  /** Of the current version. */
  current: number;
  /** Files of earlier versions within the retention, of runs under way, and files too young to be sure about. */
  kept: number;
}

/** A file that no commit names may belong to a run under way. It must be older than this, whatever the retention. */
const LEAST_AGE_OF_UNCOMMITTED_IN_HOURS = 24;
const HOUR = 3_600_000;
const PARALLEL_REMOVES = 16;

/**
 * Finds the files in a table's folder that are no longer needed, and deletes them with `apply`. It keeps the files that the
 * current version or a version within the retention names, and the parts of a run that still has its plan in staging (a
 * run may wait for a decision for days). Errors: LAKE_RETENTION_INVALID, LAKE_TABLE_NOT_FOUND.
 */
export async function vacuumTable(lake: TableStorage, dataset: string, options: VacuumOptions): Promise<VacuumResult> {
  const { store, containers } = lake;
  const now = options.now ?? Date.now();
  const oldest = now - requireRetention(options.retentionInHours) * HOUR;
  const oldestUncommitted = Math.min(oldest, now - LEAST_AGE_OF_UNCOMMITTED_IN_HOURS * HOUR);

  // The order matters: a listed part belongs to a run that is still in staging, or was committed or discarded since.
  const listed = await listDataFiles(lake, dataset);
  const underWay = await runsUnderWay(lake, dataset);
  const snapshot = await requireSnapshot(lake, dataset);
  const current = new Set([...snapshot.files.values()].map((file) => filePath(dataset, file)));
  const removedAt = new Map<string, number>();
  const noteRemoval = (file: { path: string; deletionTimestamp?: number }): void => {
    const path = filePath(dataset, file);
    removedAt.set(path, Math.max(removedAt.get(path) ?? 0, file.deletionTimestamp ?? 0));
  };
  for (const tombstone of snapshot.tombstones.values()) noteRemoval(tombstone);
  // A checkpoint forgets tombstones after their own retention, which may be shorter than the one given here.
  for (const { actions } of await readRecentLog(store, containers.processed, dataset)) {
    for (const action of actions) if ('remove' in action) noteRemoval(action.remove);
  }

  const isNeeded = (file: ObjectInfo): boolean => {
    if (current.has(file.path)) return true;
    const removal = removedAt.get(file.path);
    if (removal !== undefined) return removal >= oldest;
    return file.lastModified.getTime() >= oldestUncommitted || underWay.some((runId) => file.path.includes(runId));
  };
  const removed = listed.filter((file) => !isNeeded(file));
  if (options.apply) {
    await mapAll(removed, PARALLEL_REMOVES, (file) => store.remove(containers.processed, file.path));
  }
  return {
    removed,
    removedBytes: removed.reduce((bytes, file) => bytes + file.size, 0),
    current: current.size,
    kept: listed.filter((file) => !current.has(file.path)).length - removed.length,
  };
}

function requireRetention(hours: number): number {
  if (Number.isFinite(hours) && hours >= 0) return hours;
  throw new PipelineError('LAKE_RETENTION_INVALID', 'The retention is not a number of hours.', {
    found: String(hours),
    expected: '0 or more, e.g. 168',
    where: { field: 'retention-hours' },
  });
}

/** In the Delta protocol, hidden files (a leading underscore or dot) are not data of the table. */
async function listDataFiles(lake: TableStorage, dataset: string): Promise<ObjectInfo[]> {
  const files: ObjectInfo[] = [];
  const folder = tableFolder(dataset);
  for await (const info of lake.store.list(lake.containers.processed, folder)) {
    const isHidden = info.path.startsWith(logFolder(dataset)) || /(^|\/)[_.]/.test(info.path.slice(folder.length));
    if (!isHidden) files.push(info);
  }
  return files;
}

async function runsUnderWay(lake: TableStorage, dataset: string): Promise<string[]> {
  const runs = new Set<string>();
  const prefix = stagingPrefix(dataset);
  for await (const { path } of lake.store.list(lake.containers.staging, prefix)) {
    const [runId] = path.slice(prefix.length).split('/');
    if (runId) runs.add(runId);
  }
  return [...runs];
}
