import type { RunKey } from '../runs/runKey';
import { commitPartition } from './commitPartition';
import { foldLog, readLog } from './deltaLog';
import type { Lakehouse } from './lakehouse';
import { readManifests } from './partManifest';
import { tableSchema } from './tableSchema';

export interface CommitResult {
  /** Of the table, from 0. */
  version: number;
  rows: number;
  rejected: number;
  /** Parquet files of the partition. */
  parts: number;
  bytes: number;
}

/**
 * Makes the run's parts the whole content of its partition. Safe to repeat, also after staging was cleared: a run that is
 * committed answers with what it committed. LAKE_COMMIT_CONFLICT when another run took the partition first,
 * LAKE_PART_MISSING when a range was not transformed.
 */
export async function commitRun(lakehouse: Lakehouse, key: RunKey): Promise<CommitResult> {
  const { store, containers } = lakehouse;
  const committed = await committedResult(lakehouse, key);
  if (committed !== undefined) return committed;
  const { plan, manifests } = await readManifests(lakehouse, key);
  const result = {
    rows: manifests.reduce((sum, part) => sum + part.rows, 0),
    rejected: manifests.reduce((sum, part) => sum + part.rejected, 0),
    parts: manifests.filter((part) => part.add !== null).length,
    bytes: manifests.reduce((sum, part) => sum + part.bytes, 0),
  };
  const { version } = await commitPartition(store, containers.processed, {
    dataset: key.dataset,
    date: key.date,
    runId: key.runId,
    plannedOn: plan.tableVersion,
    schema: tableSchema(plan.contract),
    files: manifests.flatMap((part) => (part.add === null ? [] : [part.add])),
    metrics: {
      numFiles: String(result.parts),
      numOutputRows: String(result.rows),
      numOutputBytes: String(result.bytes),
      rejectedRecords: String(result.rejected),
    },
  });
  return { version, ...result };
}

async function committedResult(lakehouse: Lakehouse, key: RunKey): Promise<CommitResult | undefined> {
  const entries = await readLog(lakehouse.store, lakehouse.containers.processed, key.dataset);
  const version = foldLog(entries, key.dataset)?.runs.get(key.runId);
  if (version === undefined) return undefined;
  for (const action of entries[version]?.actions ?? []) {
    if (!('commitInfo' in action)) continue;
    const metrics = action.commitInfo.operationMetrics ?? {};
    return {
      version,
      rows: Number(metrics['numOutputRows'] ?? 0),
      rejected: Number(metrics['rejectedRecords'] ?? 0),
      parts: Number(metrics['numFiles'] ?? 0),
      bytes: Number(metrics['numOutputBytes'] ?? 0),
    };
  }
  return undefined;
}
