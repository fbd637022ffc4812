import { mapAll } from '../concurrency/mapInOrder';
import { PipelineError } from '../problems/problem';
import { readCheckpoint } from './checkpoint';
import type { DeltaAction } from './deltaActions';
import type { TableStorage } from '../lakehouse/lakehouse';
import { listLog, requireEntries, type LogFiles } from './logFiles';
import { LOG_REMEDY, parseAction } from './parseAction';
import type { ObjectStore } from '../storage/objectStore';
import { logEntryPath, logFolder } from '../lakehouse/paths';
import { applyEntries, emptyState, snapshotOf, type LogEntry, type TableSnapshot } from './tableSnapshot';

const PARALLEL_READS = 16;

/**
 * Reads the log entries of a table from `fromVersion` on, in order; none when there is no table. Errors:
 * LAKE_LOG_INCOMPLETE for a gap, LAKE_LOG_BROKEN for a line that is not an action.
 */
export async function readLog(
  store: ObjectStore,
  container: string,
  dataset: string,
  fromVersion = 0,
): Promise<LogEntry[]> {
  const files = await listLog(store, container, dataset);
  return readEntries(store, container, files, requireEntries(files, dataset, fromVersion, files.newest));
}

/** Reads the log entries that still exist, newest first, at most `limit`. Older ones may have been cleaned up. */
export async function readRecentLog(
  store: ObjectStore,
  container: string,
  dataset: string,
  limit = Infinity,
): Promise<LogEntry[]> {
  const files = await listLog(store, container, dataset);
  const versions = [...files.entries.keys()].sort((a, b) => b - a).slice(0, limit);
  return readEntries(store, container, files, versions);
}

/** One entry of the log; undefined when it does not exist (any more). */
export async function readEntry(
  store: ObjectStore,
  container: string,
  dataset: string,
  version: number,
): Promise<LogEntry | undefined> {
  const path = logEntryPath(dataset, version);
  try {
    return { version, actions: parseActions((await store.read(container, path)).toString('utf8'), path) };
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'LAKE_OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * The table at its newest version, or at `version`; undefined when there is no table. Starts from the newest checkpoint
 * that can be read and reads only the entries after it. LAKE_VERSION_NOT_FOUND for a version that does not exist,
 * or not any more; LAKE_LOG_INCOMPLETE, LAKE_LOG_BROKEN, LAKE_PROTOCOL_UNSUPPORTED. A broken checkpoint is an error only
 * when the entries that it stands for were cleaned up.
 */
export async function readSnapshot(
  lake: TableStorage,
  dataset: string,
  version?: number,
): Promise<TableSnapshot | undefined> {
  const { store } = lake;
  const container = lake.containers.processed;
  const files = await listLog(store, container, dataset);
  if (files.newest === -1) return undefined;
  const last = version ?? files.newest;
  if (last < 0 || last > files.newest) throw versionNotFound(dataset, last, `versions up to ${files.newest}`);
  let state = emptyState();
  let broken: PipelineError | undefined;
  for (const checkpoint of files.checkpoints.filter((candidate) => candidate.version <= last)) {
    const read = await readCheckpoint(lake, dataset, checkpoint);
    if (read instanceof PipelineError) broken ??= read;
    if (read === undefined || read instanceof PipelineError) continue;
    state = read;
    break;
  }
  if (broken !== undefined && state.version < last && !files.entries.has(state.version + 1)) throw broken;
  if (version !== undefined && state.version === -1 && !files.entries.has(0)) {
    throw versionNotFound(dataset, last, 'a log that was cleaned up since, with no checkpoint before that version');
  }
  const versions = requireEntries(files, dataset, state.version + 1, last);
  return snapshotOf(applyEntries(state, await readEntries(store, container, files, versions)), dataset);
}

/** For commands that need a table. Error: LAKE_TABLE_NOT_FOUND. */
export async function requireSnapshot(lake: TableStorage, dataset: string, version?: number): Promise<TableSnapshot> {
  const snapshot = await readSnapshot(lake, dataset, version);
  if (snapshot !== undefined) return snapshot;
  throw new PipelineError('LAKE_TABLE_NOT_FOUND', 'The dataset has no table.', {
    where: { file: `${lake.containers.processed}/${logFolder(dataset)}` },
    expected: 'the log of a Delta table',
    remedy: 'Check the dataset name, or run one of its dates.',
  });
}

async function readEntries(
  store: ObjectStore,
  container: string,
  files: LogFiles,
  versions: number[],
): Promise<LogEntry[]> {
  return mapAll(versions, PARALLEL_READS, async (version) => {
    const path = files.entries.get(version) ?? '';
    return { version, actions: parseActions((await store.read(container, path)).toString('utf8'), path) };
  });
}

function parseActions(text: string, file: string): DeltaAction[] {
  const actions: DeltaAction[] = [];
  const where = { file, line: 0 };
  for (const line of text.split('\n')) {
    where.line += 1;
    if (line.trim() === '') continue;
    const action = parseAction(parseLine(line, where), where);
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

function parseLine(line: string, where: { file: string; line: number }): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new PipelineError('LAKE_LOG_BROKEN', 'A line of the log is not JSON.', {
      found: line.slice(0, 100),
      expected: 'a JSON object in each line',
      where,
      remedy: LOG_REMEDY,
      cause,
    });
  }
}

function versionNotFound(dataset: string, version: number, found: string): PipelineError {
  return new PipelineError('LAKE_VERSION_NOT_FOUND', `The table has no version ${version}.`, {
    found,
    expected: `version ${version}`,
    where: { file: logFolder(dataset) },
    remedy: 'Choose one of the versions that `npm run lake -- history <dataset>` lists.',
  });
}
