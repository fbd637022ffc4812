import { randomUUID } from 'node:crypto';
import { PipelineError } from '../errors';
import type { AddFile, DeltaAction, DeltaSchema } from './deltaActions';
import { evolveSchema } from './tableSchema';
import { filesOfPartition, foldLog, readLog, type LogEntry, type TableSnapshot } from './deltaLog';
import type { ObjectStore } from './objectStore';
import { logEntryPath } from './paths';

/** All that one commit needs to know: decided before, so that a repeated commit says the same. */
export interface PartitionCommit {
  dataset: string;
  /** Partition to replace, `yyyy-mm-dd`. */
  date: string;
  runId: string;
  /** Table version that the run was planned on; -1 when there was no table. */
  plannedOn: number;
  schema: DeltaSchema;
  /** The partition's new files: all of it. */
  files: AddFile[];
  /** For the history, e.g. rows and rejects. */
  metrics: Record<string, string>;
}

/** Commits to other partitions may come in between this often. */
const MOST_ATTEMPTS = 50;

/**
 * Makes the files the whole content of the partition, atomically: the put-if-absent of the next log entry. Returns the
 * version. A run that is committed already (the answer was lost, or the step is repeated) gets its version again.
 * Conflict: another run committed the same partition since this one was planned - LAKE_COMMIT_CONFLICT, not retryable.
 */
export async function commitPartition(
  store: ObjectStore,
  container: string,
  commit: PartitionCommit,
): Promise<{ version: number }> {
  let entries = await readLog(store, container, commit.dataset);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const snapshot = foldLog(entries, commit.dataset);
    const done = snapshot?.runs.get(commit.runId);
    if (done !== undefined) return { version: done };
    refuseConflict(entries, commit);
    const version = (snapshot?.version ?? -1) + 1;
    const body = actionsOf(commit, snapshot, Date.now()).map((action) => JSON.stringify(action));
    const outcome = await store.writeIfAbsent(container, logEntryPath(commit.dataset, version), `${body.join('\n')}\n`);
    if (outcome === 'written') return { version };
    entries = [...entries, ...(await readLog(store, container, commit.dataset, version))];
  }
  throw new PipelineError('LAKE_COMMIT_CONTENDED', 'Other runs kept committing to the table first.', {
    found: `${MOST_ATTEMPTS} attempts`,
    where: { file: commit.dataset },
    retryable: true,
  });
}

/** The commit as log actions on top of a snapshot. */
export function actionsOf(commit: PartitionCommit, snapshot: TableSnapshot | undefined, now: number): DeltaAction[] {
  const replaced = snapshot === undefined ? [] : filesOfPartition(snapshot, commit.date);
  const kept = new Set(commit.files.map((file) => file.path));
  return [
    {
      commitInfo: {
        timestamp: now,
        operation: 'WRITE',
        operationParameters: {
          mode: 'Overwrite',
          partitionBy: '["ingest_date"]',
          predicate: `ingest_date = '${commit.date}'`,
          runId: commit.runId,
        },
        ...(snapshot === undefined ? {} : { readVersion: snapshot.version }),
        isBlindAppend: false,
        engineInfo: 'pipeline-x',
        operationMetrics: commit.metrics,
      },
    },
    ...schemaActions(commit, snapshot, now),
    { txn: { appId: commit.runId, version: 1, lastUpdated: now } },
    ...replaced
      .filter((file) => !kept.has(file.path))
      .map((file) => ({
        remove: {
          path: file.path,
          deletionTimestamp: now,
          dataChange: true,
          extendedFileMetadata: true,
          partitionValues: file.partitionValues,
          size: file.size,
        },
      })),
    ...commit.files.map((file) => ({ add: file })),
  ];
}

function schemaActions(commit: PartitionCommit, snapshot: TableSnapshot | undefined, now: number): DeltaAction[] {
  if (snapshot === undefined) {
    return [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      {
        metaData: {
          id: randomUUID(),
          name: commit.dataset,
          format: { provider: 'parquet', options: {} },
          schemaString: JSON.stringify(commit.schema),
          partitionColumns: ['ingest_date'],
          configuration: {},
          createdTime: now,
        },
      },
    ];
  }
  const schema = evolveSchema(snapshot.schema, commit.schema, commit.dataset);
  return schema === snapshot.schema
    ? []
    : [{ metaData: { ...snapshot.metaData, schemaString: JSON.stringify(schema) } }];
}

function refuseConflict(entries: LogEntry[], commit: PartitionCommit): void {
  for (const { version, actions } of entries) {
    if (version <= commit.plannedOn) continue;
    const touched = actions.some((action) => {
      const file = 'add' in action ? action.add : 'remove' in action ? action.remove : undefined;
      return file?.partitionValues?.['ingest_date'] === commit.date;
    });
    if (!touched) continue;
    const other = actions.find((action) => 'txn' in action);
    throw new PipelineError('LAKE_COMMIT_CONFLICT', 'Another run committed the same partition first.', {
      found: `version ${version}${other && 'txn' in other ? ` by run ${other.txn.appId}` : ''}`,
      expected: `no commit to ingest_date=${commit.date} after version ${commit.plannedOn}`,
      where: { file: `${commit.dataset}/ingest_date=${commit.date}` },
      remedy: 'Look at what is there; start a new run to replace it.',
      status: 409,
    });
  }
}
