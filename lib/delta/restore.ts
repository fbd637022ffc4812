import { randomUUID } from 'node:crypto';
import { PipelineError, type Problem } from '../problems/problem';
import { checkpointIfDue } from './checkpoint';
import type { AddFile, DeltaAction, MetaData } from './deltaActions';
import { readSnapshot, requireSnapshot } from './deltaLog';
import type { TableStorage } from '../lakehouse/lakehouse';
import { logEntryPath, tableFolder } from '../lakehouse/paths';
import { requireWritable } from './protocol';
import { withRolesOf } from './tableRoles';
import { applyEntries, filePath, snapshotOf, type TableSnapshot } from './tableSnapshot';

export interface RestoreResult {
  /** The version that the restore created; the current version when nothing had to change. */
  version: number;
  restoredFiles: number;
  removedFiles: number;
  /** Partitions whose files changed: SQL and vectors differ from the table there. */
  dates: string[];
  /** As in `CommittedVersion`. */
  checkpointProblem?: Problem;
}

/**
 * Restores the table to `version` with a new commit, so the history keeps the versions in between. LAKE_TABLE_NOT_FOUND,
 * LAKE_VERSION_NOT_FOUND; LAKE_RESTORE_FILES_GONE when files of that version were vacuumed; LAKE_COMMIT_CONFLICT when
 * something was committed at the same moment.
 */
export async function restoreTable(lake: TableStorage, dataset: string, version: number): Promise<RestoreResult> {
  const current = await requireSnapshot(lake, dataset);
  const wanted = await requireSnapshot(lake, dataset, version);
  requireWritable(current.protocol, current.metaData, current.schema, dataset);
  const added = [...wanted.files.values()].filter((file) => !current.files.has(file.path));
  const removed = [...current.files.values()].filter((file) => !wanted.files.has(file.path));
  await requireFiles(lake, dataset, version, [...wanted.files.values()]);
  const dates = [...added, ...removed].map((file) => file.partitionValues['ingest_date'] ?? 'null');
  const result = {
    version: current.version,
    restoredFiles: added.length,
    removedFiles: removed.length,
    dates: [...new Set(dates)].sort(),
  };
  const metaData = restoredMetaData(current.metaData, wanted.metaData);
  if (added.length === 0 && removed.length === 0 && metaData === current.metaData) return result;

  const next = current.version + 1;
  const appId = `restore-${randomUUID()}`;
  const actions = restoreActions({ current, wanted, metaData, added, removed, appId, now: Date.now() });
  const body = actions.map((action) => `${JSON.stringify(action)}\n`).join('');
  const outcome = await lake.store.writeIfAbsent(lake.containers.processed, logEntryPath(dataset, next), body);
  // The storage client may have sent the entry twice; then the existing entry is this one.
  if (outcome === 'exists' && !(await readSnapshot(lake, dataset))?.transactions.has(appId)) {
    throw new PipelineError('LAKE_COMMIT_CONFLICT', 'Something else was committed to the table at the same moment.', {
      found: `version ${next}`,
      expected: `version ${current.version} as the newest`,
      where: { file: dataset },
      remedy: 'Look at the history; restore again if needed.',
    });
  }
  const restored = snapshotOf(applyEntries(current, [{ version: next, actions }]), dataset);
  const checkpointProblem = await checkpointIfDue(lake, dataset, restored);
  return { ...result, version: next, ...(checkpointProblem === undefined ? {} : { checkpointProblem }) };
}

/** Restores the columns and their roles; the other properties of the table stay as they are now. */
function restoredMetaData(current: MetaData, wanted: MetaData): MetaData {
  const { schemaString } = wanted;
  const configuration = withRolesOf(current.configuration, wanted.configuration);
  const isSame = schemaString === current.schemaString && configuration === current.configuration;
  return isSame ? current : { ...current, schemaString, configuration };
}

interface Restore {
  current: TableSnapshot;
  wanted: TableSnapshot;
  /** Metadata of the restored table; the object of `current` itself when it does not change. */
  metaData: MetaData;
  added: AddFile[];
  removed: AddFile[];
  appId: string;
  now: number;
}

function restoreActions({ current, wanted, metaData, added, removed, appId, now }: Restore): DeltaAction[] {
  const bytes = (files: Iterable<AddFile>): string => String([...files].reduce((sum, { size }) => sum + size, 0));
  return [
    {
      commitInfo: {
        timestamp: now,
        operation: 'RESTORE',
        operationParameters: { version: String(wanted.version) },
        readVersion: current.version,
        isBlindAppend: false,
        engineInfo: 'pipeline-x',
        operationMetrics: {
          numRestoredFiles: String(added.length),
          restoredFilesSize: bytes(added),
          numRemovedFiles: String(removed.length),
          removedFilesSize: bytes(removed),
          numOfFilesAfterRestore: String(wanted.files.size),
          tableSizeAfterRestore: bytes(wanted.files.values()),
        },
      },
    },
    // The protocol is not restored: readers may rely on the newest protocol that they have read.
    ...(metaData === current.metaData ? [] : [{ metaData }]),
    { txn: { appId, version: current.version + 1, lastUpdated: now } },
    ...removed.map(({ path, partitionValues, size }) => ({
      remove: { path, deletionTimestamp: now, dataChange: true, extendedFileMetadata: true, partitionValues, size },
    })),
    ...added.map((file) => ({ add: { ...file, dataChange: true } })),
  ];
}

async function requireFiles(lake: TableStorage, dataset: string, version: number, files: AddFile[]): Promise<void> {
  const there = new Set<string>();
  for await (const { path } of lake.store.list(lake.containers.processed, tableFolder(dataset))) there.add(path);
  const gone = files.map((file) => filePath(dataset, file)).filter((path) => !there.has(path));
  if (gone.length === 0) return;
  throw new PipelineError(
    'LAKE_RESTORE_FILES_GONE',
    `Files of version ${version} do not exist any more: vacuum deleted them.`,
    {
      found: `${gone.length} of ${files.length} files missing, the first of them ${gone[0]}`,
      expected: 'all files of that version',
      where: { file: `${lake.containers.processed}/${tableFolder(dataset)}` },
      remedy: 'Choose a later version, or run the dates again from their raw files.',
    },
  );
}
