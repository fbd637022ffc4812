import { readSnapshot } from '../delta/deltaLog';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { isPartOfRun, partitionFolder, stagingFolder, tableFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';

/**
 * Removes the run's staging, and its parts unless it committed them. A failed run leaves nothing in the table's folder; for
 * a committed run this only clears staging. Quarantine stays. Safe to repeat.
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

/** The newest snapshot has every run that ever committed, even when its files were replaced since. */
export async function isCommitted(lakehouse: Lakehouse, key: RunKey): Promise<boolean> {
  return (await readSnapshot(lakehouse, key.dataset))?.transactions.has(key.runId) ?? false;
}
