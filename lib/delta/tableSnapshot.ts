import { PipelineError } from '../problems/problem';
import type { AddFile, DeltaAction, DeltaSchema, MetaData, Protocol, RemoveFile, Transaction } from './deltaActions';
import { logFolder } from '../lakehouse/paths';
import { LOG_REMEDY, parseSchema } from './parseAction';
import { requireNoDeletionVectors, requireReadable } from './protocol';

/** The result of all actions up to a version. */
export interface TableState {
  version: number;
  /** Version of the checkpoint from which it was read; 0 without one. */
  checkpoint: number;
  protocol?: Protocol;
  metaData?: MetaData;
  /** The files that make the table, by `fileKey`. */
  files: Map<string, AddFile>;
  /** Files removed by the log, by `fileKey`; vacuum keeps those removed recently. */
  tombstones: Map<string, RemoveFile>;
  /** The newest transaction of each run. */
  transactions: Map<string, Transaction>;
}

/** The table at one version. */
export interface TableSnapshot extends TableState {
  protocol: Protocol;
  metaData: MetaData;
  schema: DeltaSchema;
}

export interface LogEntry {
  version: number;
  actions: DeltaAction[];
}

export function emptyState(): TableState {
  return { version: -1, checkpoint: 0, files: new Map(), tombstones: new Map(), transactions: new Map() };
}

/** The state after later entries, applied in order. Does not change `state`. */
export function applyEntries(state: TableState, entries: LogEntry[]): TableState {
  const next = {
    ...state,
    files: new Map(state.files),
    tombstones: new Map(state.tombstones),
    transactions: new Map(state.transactions),
  };
  for (const { version, actions } of entries) {
    for (const action of actions) applyAction(next, action);
    next.version = version;
  }
  return next;
}

export function applyAction(state: TableState, action: DeltaAction): void {
  if ('add' in action) {
    state.files.set(fileKey(action.add), action.add);
    state.tombstones.delete(fileKey(action.add));
  } else if ('remove' in action) {
    state.files.delete(fileKey(action.remove));
    state.tombstones.set(fileKey(action.remove), action.remove);
  } else if ('metaData' in action) state.metaData = action.metaData;
  else if ('protocol' in action) state.protocol = action.protocol;
  else if ('txn' in action) state.transactions.set(action.txn.appId, action.txn);
}

/**
 * The path, and the deletion vector if there is one: in the protocol these are different files, and one commit may remove
 * the one and add the other in any order.
 */
function fileKey({ path, deletionVector }: AddFile | RemoveFile): string {
  if (deletionVector === undefined) return path;
  const { storageType, pathOrInlineDv, offset } = deletionVector;
  return `${path} ${storageType}${pathOrInlineDv}${offset === undefined ? '' : `@${offset}`}`;
}

/** The state as a readable table. Errors: LAKE_LOG_BROKEN, LAKE_PROTOCOL_UNSUPPORTED. */
export function snapshotOf(state: TableState, dataset: string): TableSnapshot {
  const { protocol, metaData } = state;
  if (protocol === undefined || metaData === undefined) {
    throw new PipelineError('LAKE_LOG_BROKEN', 'The log of the table lacks the protocol or the schema.', {
      found: protocol === undefined ? 'no protocol' : 'no metaData',
      expected: 'protocol and metaData in version 0',
      where: { file: logFolder(dataset) },
      remedy: LOG_REMEDY,
    });
  }
  requireReadable(protocol, metaData, dataset);
  requireNoDeletionVectors(state.files.values(), dataset);
  return { ...state, protocol, metaData, schema: parseSchema(metaData.schemaString) };
}

/** Files of one partition, sorted by path. */
export function filesOfPartition(snapshot: TableSnapshot, date: string): AddFile[] {
  return [...snapshot.files.values()]
    .filter((file) => file.partitionValues['ingest_date'] === date)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Path inside the container of a file that the log names. */
export function filePath(dataset: string, file: { path: string }): string {
  return `${dataset}/${decodeURIComponent(file.path)}`;
}
