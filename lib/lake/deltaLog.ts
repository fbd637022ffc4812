import { PipelineError } from '../errors';
import type { AddFile, DeltaAction, DeltaSchema, MetaData, Protocol } from './deltaActions';
import type { ObjectStore } from './objectStore';
import { logEntryVersion, logFolder } from './paths';

/** What the table is at one version. */
export interface TableSnapshot {
  version: number;
  protocol: Protocol;
  metaData: MetaData;
  schema: DeltaSchema;
  /** The files that make the table, by path. */
  files: Map<string, AddFile>;
  /** For each committed run, the version that it made. */
  runs: Map<string, number>;
}

export interface LogEntry {
  version: number;
  actions: DeltaAction[];
}

const PARALLEL_READS = 16;

/**
 * Reads the log entries of a table from `fromVersion` on, in order; none when there is no table. A gap in them is
 * LAKE_LOG_INCOMPLETE, a line that is no JSON LAKE_LOG_BROKEN.
 */
export async function readLog(
  store: ObjectStore,
  container: string,
  dataset: string,
  fromVersion = 0,
): Promise<LogEntry[]> {
  const paths = new Map<number, string>();
  for await (const { path } of store.list(container, logFolder(dataset))) {
    const version = logEntryVersion(path);
    if (version !== undefined && version >= fromVersion) paths.set(version, path);
  }
  const versions = [...paths.keys()].sort((a, b) => a - b);
  versions.forEach((version, index) => {
    if (version === fromVersion + index) return;
    throw new PipelineError('LAKE_LOG_INCOMPLETE', 'The log of the table has a gap.', {
      found: `version ${version}`,
      expected: `version ${fromVersion + index}`,
      where: { file: logFolder(dataset) },
      remedy: 'Restore the missing log entry from a backup, or remove the table and ingest its dates again.',
    });
  });
  const entries: LogEntry[] = [];
  for (let start = 0; start < versions.length; start += PARALLEL_READS) {
    const batch = versions.slice(start, start + PARALLEL_READS).map(async (version) => {
      const path = paths.get(version) ?? '';
      return { version, actions: parseActions((await store.read(container, path)).toString('utf8'), path) };
    });
    entries.push(...(await Promise.all(batch)));
  }
  return entries;
}

/** The table at its newest version, or at `version`; undefined when there is no table. */
export async function readSnapshot(
  store: ObjectStore,
  container: string,
  dataset: string,
  version?: number,
): Promise<TableSnapshot | undefined> {
  const entries = await readLog(store, container, dataset);
  return foldLog(version === undefined ? entries : entries.filter((entry) => entry.version <= version), dataset);
}

/** Folds log entries, version 0 first, to what they add up to. */
export function foldLog(entries: LogEntry[], dataset: string): TableSnapshot | undefined {
  let protocol: Protocol | undefined;
  let metaData: MetaData | undefined;
  const files = new Map<string, AddFile>();
  const runs = new Map<string, number>();
  for (const { version, actions } of entries) {
    for (const action of actions) {
      if ('add' in action) files.set(action.add.path, action.add);
      else if ('remove' in action) files.delete(action.remove.path);
      else if ('metaData' in action) metaData = action.metaData;
      else if ('protocol' in action) protocol = action.protocol;
      else if ('txn' in action) runs.set(action.txn.appId, version);
    }
  }
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  if (protocol === undefined || metaData === undefined) {
    throw new PipelineError('LAKE_LOG_BROKEN', 'The log of the table names no protocol or no schema.', {
      where: { file: logFolder(dataset) },
      expected: 'protocol and metaData in version 0',
      remedy: 'Restore the log from a backup, or remove the table and ingest its dates again.',
    });
  }
  if (protocol.minReaderVersion > 1 || protocol.minWriterVersion > 2) {
    throw new PipelineError('LAKE_PROTOCOL_UNSUPPORTED', 'Another writer raised the protocol of the table.', {
      found: `reader ${protocol.minReaderVersion}, writer ${protocol.minWriterVersion}`,
      expected: 'reader 1, writer 2',
      where: { file: logFolder(dataset) },
      remedy: 'Keep features such as deletion vectors and column mapping off on this table.',
    });
  }
  return {
    version: last.version,
    protocol,
    metaData,
    schema: JSON.parse(metaData.schemaString) as DeltaSchema,
    files,
    runs,
  };
}

/** Files of one partition, in the order of their paths. */
export function filesOfPartition(snapshot: TableSnapshot, date: string): AddFile[] {
  return [...snapshot.files.values()]
    .filter((file) => file.partitionValues['ingest_date'] === date)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Path inside the container of a file that the log names. */
export function filePath(dataset: string, file: { path: string }): string {
  return `${dataset}/${decodeURIComponent(file.path)}`;
}

function parseActions(text: string, path: string): DeltaAction[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as DeltaAction;
      } catch (cause) {
        throw new PipelineError('LAKE_LOG_BROKEN', 'A line of the log is no JSON.', {
          found: line.slice(0, 100),
          where: { file: path, line: index + 1 },
          remedy: 'Restore the log entry from a backup.',
          cause,
        });
      }
    });
}
