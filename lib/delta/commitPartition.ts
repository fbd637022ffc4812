import { randomUUID } from 'node:crypto';
import type { ColumnRoles } from '../contract/contract';
import { PipelineError, type Problem } from '../problems/problem';
import { checkpointIfDue } from './checkpoint';
import type { AddFile, DeltaAction, DeltaSchema, MetaData } from './deltaActions';
import { readLog, readSnapshot } from './deltaLog';
import { findCommit } from './findCommit';
import { withContractTags, type ContractVersion } from '../lakehouse/contractVersions';
import type { TableStorage } from '../lakehouse/lakehouse';
import { logEntryPath } from '../lakehouse/paths';
import { OWN_PROTOCOL, requireWritable } from './protocol';
import { withIdColumns, withRoles } from './tableRoles';
import { evolveSchema, requireSameId } from './tableSchema';
import {
  applyEntries,
  emptyState,
  filesOfPartition,
  snapshotOf,
  type LogEntry,
  type TableSnapshot,
} from './tableSnapshot';

/** The input of one commit. It is fixed before the commit, so that a repeated commit writes the same. */
export interface PartitionCommit {
  dataset: string;
  /** Partition to replace, `yyyy-mm-dd`. */
  date: string;
  runId: string;
  /** Table version that the run was planned on; -1 when there was no table. */
  plannedOn: number;
  schema: DeltaSchema;
  /** Stored in the table's properties; documents are read by them. Absent: the table keeps its roles. */
  roles?: ColumnRoles;
  /** The columns of which the ids of the rows are made, in their order; empty: a hash of the row. Absent: not checked. */
  idColumns?: string[];
  /** The contract that the files were read with, for the history. */
  contract?: ContractVersion;
  /** All files of the partition after the commit. */
  files: AddFile[];
  /** Counts for the history, e.g. rows and rejected records. */
  metrics: Record<string, string>;
}

/** Most attempts when other partitions are committed first. */
const MOST_ATTEMPTS = 50;

export interface CommittedVersion {
  version: number;
  /** Why a due checkpoint was not written. Readers work without it, and the next commit writes one. */
  checkpointProblem?: Problem;
}

/**
 * Replaces the content of the partition with the files, atomically, by put-if-absent of the next log entry. Returns the
 * version. A run that has already committed (the answer was lost, or the step is repeated) gets its version again.
 * Conflict: another run committed the same partition since this one was planned - LAKE_COMMIT_CONFLICT, not retryable.
 */
export async function commitPartition(lake: TableStorage, commit: PartitionCommit): Promise<CommittedVersion> {
  const { store } = lake;
  const container = lake.containers.processed;
  const { dataset } = commit;
  let snapshot = await readSnapshot(lake, dataset);
  const done = snapshot?.transactions.get(commit.runId);
  if (done !== undefined) return { version: (await findCommit(lake, dataset, done))?.version ?? done.version };
  refuseReplacedTable(snapshot, commit);
  let since = await readLog(store, container, dataset, commit.plannedOn + 1);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    snapshot = withEntries(snapshot, since, dataset);
    const own = snapshot?.transactions.get(commit.runId);
    if (own !== undefined) return { version: own.version };
    refuseConflict(since, commit);
    const actions = actionsOf(commit, snapshot, Date.now());
    const version = (snapshot?.version ?? -1) + 1;
    const body = actions.map((action) => `${JSON.stringify(action)}\n`).join('');
    if ((await store.writeIfAbsent(container, logEntryPath(dataset, version), body)) === 'written') {
      const committed = withEntries(snapshot, [{ version, actions }], dataset);
      const checkpointProblem = committed && (await checkpointIfDue(lake, dataset, committed));
      return { version, ...(checkpointProblem === undefined ? {} : { checkpointProblem }) };
    }
    since = [...since, ...(await readLog(store, container, dataset, version))];
  }
  throw new PipelineError('LAKE_COMMIT_CONTENDED', 'Other runs kept committing to the table first.', {
    found: `${MOST_ATTEMPTS} attempts`,
    where: { file: commit.dataset },
  });
}

/** Skips entries that the snapshot already contains. */
function withEntries(snapshot: TableSnapshot | undefined, entries: LogEntry[], dataset: string) {
  const later = entries.filter(({ version }) => version > (snapshot?.version ?? -1));
  return later.length === 0 ? snapshot : snapshotOf(applyEntries(snapshot ?? emptyState(), later), dataset);
}

/** The commit as log actions on top of a snapshot. LAKE_PROTOCOL_UNSUPPORTED, LAKE_SCHEMA_INCOMPATIBLE. */
function actionsOf(commit: PartitionCommit, snapshot: TableSnapshot | undefined, now: number): DeltaAction[] {
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
          ...(commit.contract === undefined
            ? {}
            : { contractVersion: commit.contract.version, contractHash: commit.contract.hash }),
        },
        ...(snapshot === undefined ? {} : { readVersion: snapshot.version }),
        isBlindAppend: false,
        engineInfo: 'pipeline-x',
        operationMetrics: commit.metrics,
      },
    },
    ...schemaActions(commit, snapshot, now),
    { txn: { appId: commit.runId, version: (snapshot?.version ?? -1) + 1, lastUpdated: now } },
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
    ...commit.files.map((file) => ({ add: withContractTags(file, commit.contract) })),
  ];
}

function schemaActions(commit: PartitionCommit, snapshot: TableSnapshot | undefined, now: number): DeltaAction[] {
  if (snapshot === undefined) {
    return [
      { protocol: OWN_PROTOCOL },
      {
        metaData: {
          id: randomUUID(),
          name: commit.dataset,
          format: { provider: 'parquet', options: {} },
          schemaString: JSON.stringify(commit.schema),
          partitionColumns: ['ingest_date'],
          configuration: configurationOf(commit, {}),
          createdTime: now,
        },
      },
    ];
  }
  requireWritable(snapshot.protocol, snapshot.metaData, snapshot.schema, commit.dataset);
  const schema = evolveSchema(snapshot.schema, commit.schema, commit.dataset);
  const { metaData } = snapshot;
  // Another date may have been committed since the run was planned.
  if (commit.idColumns !== undefined) requireSameId(snapshot, commit.idColumns, commit);
  const configuration = configurationOf(commit, metaData.configuration);
  if (schema === snapshot.schema && configuration === metaData.configuration) return [];
  const schemaString = schema === snapshot.schema ? metaData.schemaString : JSON.stringify(schema);
  return [{ metaData: { ...metaData, schemaString, configuration } }];
}

/** The properties of the table after the commit; `current` itself when they do not change. */
function configurationOf({ roles, idColumns }: PartitionCommit, current: MetaData['configuration']) {
  const withId = idColumns === undefined ? current : withIdColumns(current, idColumns);
  return roles === undefined ? withId : withRoles(withId, roles);
}

/** If the table that the run was planned on is gone, its parts were deleted with it, or belong to another table. */
function refuseReplacedTable(snapshot: TableSnapshot | undefined, commit: PartitionCommit): void {
  const version = snapshot?.version ?? -1;
  if (version >= commit.plannedOn) return;
  throw new PipelineError('LAKE_COMMIT_CONFLICT', 'The table was removed or replaced while the run was under way.', {
    found: snapshot === undefined ? 'no table' : `a table at version ${version}`,
    expected: `the table at version ${commit.plannedOn} or later`,
    where: { file: commit.dataset },
    remedy: 'Start a new run of this dataset and date.',
  });
}

function refuseConflict(entries: LogEntry[], commit: PartitionCommit): void {
  for (const { version, actions } of entries) {
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
      remedy: 'Look at what the other run committed; start a new run to replace it.',
    });
  }
}
