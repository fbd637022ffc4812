import { readSnapshot } from '../delta/deltaLog';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { isPartOfRun, partitionFolder, stagingFolder, tableFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';

/**
 * Removes what a run left in staging, and its parts unless it committed them. After a failed run nothing of it is
 * left in the table's folder; after a committed one this only clears staging. Quarantine stays. Safe to repeat.
 */
export async function discardRun(lakehouse: Lakehouse, key: RunKey): Promise<{ parts: number }> {
  const { store, containers } = lakehouse;
  const table = tableFolder(key.dataset);
  const parts: string[] = [];
  for await (const { path } of store.list(containers.processed, `${table}${partitionFolder(key.date)}`)) {
    if (isPartOfRun(path, key)) parts.push(path);
  }
  const removable = parts.length === 0 || (await isCommitted(lakehouse, key)) ? [] : parts;
  for (const path of removable) await store.remove(containers.processed, path);
  const staged: string[] = [];
  for await (const { path } of store.list(containers.staging, stagingFolder(key))) staged.push(path);
  for (const path of staged) await store.remove(containers.staging, path);
  return { parts: removable.length };
}

/** The newest snapshot knows every run that ever committed, also one whose files were replaced since. */
async function isCommitted(lakehouse: Lakehouse, key: RunKey): Promise<boolean> {
  return (await readSnapshot(lakehouse, key.dataset))?.transactions.has(key.runId) ?? false;
}
