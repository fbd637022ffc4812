import { PipelineError, type Problem } from '../problems/problem';
import { readPlan } from '../planning/readPlan';
import type { RunKey } from '../runs/runKey';
import { commitPartition } from '../delta/commitPartition';
import { idColumns } from '../contract/key';
import type { AddFile } from '../delta/deltaActions';
import { readSnapshot } from '../delta/deltaLog';
import { findCommit } from '../delta/findCommit';
import { contractVersionOf, keepContractText } from '../lakehouse/contractVersions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { droppedRecords, readManifests } from '../staging/partManifest';
import { contractOfRun } from '../staging/runContract';
import { partitionFolder, tableFolder } from '../lakehouse/paths';
import { tableSchema } from '../delta/tableSchema';
import { filePath } from '../delta/tableSnapshot';

export interface CommitResult {
  /** Version of the table, from 0. */
  version: number;
  rows: number;
  rejected: number;
  /** Records of a key of which another one is kept. */
  dropped: number;
  /** Parquet files of the partition. */
  parts: number;
  bytes: number;
  /** Why a due checkpoint was not written. The commit is valid, and the next one writes the checkpoint. */
  checkpointProblem?: Problem;
}

/**
 * Replaces the content of the partition with the run's parts. Safe to repeat, also after staging was cleared: a committed
 * run returns what it committed. LAKE_COMMIT_CONFLICT when another run took the partition first,
 * LAKE_PART_MISSING when a range was not transformed, or its file is gone.
 */
export async function commitRun(lakehouse: Lakehouse, key: RunKey): Promise<CommitResult> {
  const committed = await committedResult(lakehouse, key);
  if (committed !== undefined) return committed;
  const [plan, contract] = await Promise.all([readPlan(lakehouse, key), contractOfRun(lakehouse, key)]);
  const manifests = await readManifests(lakehouse, key, plan.ranges);
  const result = {
    rows: manifests.reduce((sum, part) => sum + part.rows, 0),
    rejected: manifests.reduce((sum, part) => sum + part.rejected, 0),
    dropped: manifests.reduce((sum, part) => sum + droppedRecords(part), 0),
    parts: manifests.filter((part) => part.add !== null).length,
    bytes: manifests.reduce((sum, part) => sum + part.bytes, 0),
  };
  const files = manifests.flatMap((part) => (part.add === null ? [] : [part.add]));
  await requireFiles(lakehouse, key, files);
  if (contract.origin !== undefined) await keepContractText(lakehouse, key.dataset, contract.origin);
  const { version, ...outcome } = await commitPartition(lakehouse, {
    dataset: key.dataset,
    date: key.date,
    runId: key.runId,
    plannedOn: plan.tableVersion,
    schema: tableSchema(contract),
    // An earlier contract does not change how the rest of the table is read.
    roles: contract.origin?.isEarlier === true ? undefined : contract.roles,
    idColumns: idColumns(contract),
    contract: contractVersionOf(contract),
    files,
    metrics: {
      numFiles: String(result.parts),
      numOutputRows: String(result.rows),
      numOutputBytes: String(result.bytes),
      rejectedRecords: String(result.rejected),
      droppedRecords: String(result.dropped),
    },
  });
  return { version, ...result, ...outcome };
}

/** A committed run is found by its transaction; its counts are in the log entry that it created. */
async function committedResult(lakehouse: Lakehouse, key: RunKey): Promise<CommitResult | undefined> {
  const transaction = (await readSnapshot(lakehouse, key.dataset))?.transactions.get(key.runId);
  const entry = transaction && (await findCommit(lakehouse, key.dataset, transaction));
  // Without the entry the counts come from the manifests, and the commit finds its transaction again.
  if (entry === undefined) return undefined;
  for (const action of entry.actions) {
    if (!('commitInfo' in action)) continue;
    const metrics = action.commitInfo.operationMetrics ?? {};
    return {
      version: entry.version,
      rows: Number(metrics['numOutputRows'] ?? 0),
      rejected: Number(metrics['rejectedRecords'] ?? 0),
      dropped: Number(metrics['droppedRecords'] ?? 0),
      parts: Number(metrics['numFiles'] ?? 0),
      bytes: Number(metrics['numOutputBytes'] ?? 0),
    };
  }
  return undefined;
}

/** A commit that names a missing file would break the table for all readers. */
async function requireFiles(lakehouse: Lakehouse, key: RunKey, files: AddFile[]): Promise<void> {
  const { store, containers } = lakehouse;
  const folder = `${tableFolder(key.dataset)}${partitionFolder(key.date)}`;
  const sizes = new Map<string, number>();
  for await (const { path, size } of store.list(containers.processed, folder)) sizes.set(path, size);
  const missing = files.find((file) => sizes.get(filePath(key.dataset, file)) !== file.size);
  if (missing === undefined) return;
  const path = filePath(key.dataset, missing);
  const size = sizes.get(path);
  throw new PipelineError('LAKE_PART_MISSING', 'A file of the run is missing or has changed.', {
    found: size === undefined ? 'no such file' : `${size} bytes`,
    expected: `${missing.size} bytes`,
    where: { file: `${containers.processed}/${path}` },
    remedy: 'Start a new run of this dataset and date.',
  });
}
