import type { CommitInfo } from './deltaActions';
import { readRecentLog, requireSnapshot } from './deltaLog';
import type { TableStorage } from '../lakehouse/lakehouse';
import type { LogEntry } from './tableSnapshot';

/** What one version of a table did. */
export interface TableVersion {
  version: number;
  /** ISO 8601; null when its writer did not record it. */
  time: string | null;
  operation: string;
  /** Run id from the commit's transaction; null for commits of other tools. */
  runId: string | null;
  /** Partitions that it touched, in order. */
  dates: string[];
  filesAdded: number;
  filesRemoved: number;
  parameters: Record<string, unknown>;
  metrics: Record<string, unknown>;
}

/** The versions whose log entries still exist, newest first. Error: LAKE_TABLE_NOT_FOUND. */
export async function historyOf(lake: TableStorage, dataset: string, limit?: number): Promise<TableVersion[]> {
  const entries = await readRecentLog(lake.store, lake.containers.processed, dataset, limit);
  // Without log entries there may still be a checkpoint; otherwise there is no table.
  if (entries.length === 0) await requireSnapshot(lake, dataset);
  return entries.map(describeEntry);
}

function describeEntry({ version, actions }: LogEntry): TableVersion {
  let info: CommitInfo = {};
  let runId: string | null = null;
  let filesAdded = 0;
  let filesRemoved = 0;
  const dates = new Set<string>();
  for (const action of actions) {
    if ('commitInfo' in action) info = action.commitInfo;
    if ('txn' in action) runId = action.txn.appId;
    if ('add' in action) filesAdded += 1;
    if ('remove' in action) filesRemoved += 1;
    const file = 'add' in action ? action.add : 'remove' in action ? action.remove : undefined;
    const date = file?.partitionValues?.['ingest_date'];
    if (date) dates.add(date);
  }
  return {
    version,
    time: info.timestamp === undefined ? null : new Date(info.timestamp).toISOString(),
    operation: info.operation ?? 'unknown',
    runId,
    dates: [...dates].sort(),
    filesAdded,
    filesRemoved,
    parameters: info.operationParameters ?? {},
    metrics: info.operationMetrics ?? {},
  };
}
