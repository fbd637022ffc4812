import { readLog } from '../lake/deltaLog';
import type { Lakehouse } from '../lake/lakehouse';
import { isPartOfRun, partitionFolder, stagingFolder, tableFolder } from '../lake/paths';
import type { RunKey } from '../runs/runKey';

/**
 * Removes what a run left in staging, and its parts unless any commit names them. After a failed run nothing of it is
 * left in the table's folder; after a committed one this only clears staging. Quarantine stays. Safe to repeat.
 */
export async function discardRun(lakehouse: Lakehouse, key: RunKey): Promise<{ parts: number }> {
  const { store, containers } = lakehouse;
  const table = tableFolder(key.dataset);
  const parts: string[] = [];
  for await (const { path } of store.list(containers.processed, `${table}${partitionFolder(key.date)}`)) {
    if (isPartOfRun(path, key)) parts.push(path);
  }
  const removable = parts.length === 0 ? [] : await withoutCommitted(lakehouse, key, parts);
  for (const path of removable) await store.remove(containers.processed, path);
  const staged: string[] = [];
  for await (const { path } of store.list(containers.staging, stagingFolder(key))) staged.push(path);
  for (const path of staged) await store.remove(containers.staging, path);
  return { parts: removable.length };
}

async function withoutCommitted(lakehouse: Lakehouse, key: RunKey, parts: string[]): Promise<string[]> {
  const { store, containers } = lakehouse;
  const committed = new Set<string>();
  // All of the log, not the newest version only: older versions stay readable until they are vacuumed.
  for (const { actions } of await readLog(store, containers.processed, key.dataset)) {
    for (const action of actions) {
      if ('add' in action) committed.add(`${tableFolder(key.dataset)}${decodeURIComponent(action.add.path)}`);
    }
  }
  return parts.filter((path) => !committed.has(path));
}
