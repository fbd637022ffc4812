import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { withDuckDb } from '../duckdb/duckdb';
import { PipelineError, toProblem, type Problem } from '../problems/problem';
import { checkpointActions, readCheckpointFiles, writeCheckpointFile } from './checkpointFile';
import type { TableStorage } from '../lakehouse/lakehouse';
import type { CheckpointFiles } from './logFiles';
import { LOG_REMEDY } from './parseAction';
import type { ObjectStore } from '../storage/objectStore';
import { checkpointPath, lastCheckpointPath } from '../lakehouse/paths';
import type { TableSnapshot, TableState } from './tableSnapshot';
import { withTemporaryFolder } from '../storage/temporaryFolder';

/** Commits after a checkpoint until the next one is due. */
const CHECKPOINT_INTERVAL = 10;

/**
 * Writes a checkpoint when one is due. The commit is done by then, so errors are not thrown: the problem is returned, and
 * the next commit writes the checkpoint.
 */
export async function checkpointIfDue(
  lake: TableStorage,
  dataset: string,
  snapshot: TableSnapshot,
): Promise<Problem | undefined> {
  if (snapshot.version - snapshot.checkpoint < CHECKPOINT_INTERVAL) return undefined;
  try {
    await writeCheckpoint(lake, dataset, snapshot);
    return undefined;
  } catch (error) {
    return toProblem(error);
  }
}

/** Put-if-absent, since a reader may be reading an existing checkpoint. */
export async function writeCheckpoint(lake: TableStorage, dataset: string, snapshot: TableSnapshot): Promise<void> {
  const { store, containers } = lake;
  await withTemporaryFolder(lake.temporaryDirectory, async (folder) => {
    const actions = checkpointActions(snapshot, Date.now());
    const file = path.join(folder, 'checkpoint.parquet');
    await withDuckDb(lake.duckDb, path.join(folder, 'spill'), (duckDb) => writeCheckpointFile(duckDb, actions, file));
    const content = await readFile(file);
    await store.writeIfAbsent(containers.processed, checkpointPath(dataset, snapshot.version), content);
    const pointer = {
      version: snapshot.version,
      size: actions.length,
      sizeInBytes: content.length,
      numOfAddFiles: snapshot.files.size,
    };
    await store.write(containers.processed, lastCheckpointPath(dataset), JSON.stringify(pointer));
  });
}

/** Checkpoints never change, and each step of a run reads the table, so the checkpoint read last stays in memory. */
const readLast = new WeakMap<ObjectStore, Map<string, { etags: string; state: TableState }>>();

/**
 * Undefined when it was deleted; LAKE_LOG_BROKEN as a result when it cannot be read: the caller then uses an older
 * checkpoint, or the log entries.
 */
export async function readCheckpoint(
  lake: TableStorage,
  dataset: string,
  checkpoint: CheckpointFiles,
): Promise<TableState | PipelineError | undefined> {
  const { store, containers } = lake;
  const file = checkpoint.parts[0]?.path ?? '';
  const tables = readLast.get(store) ?? new Map<string, { etags: string; state: TableState }>();
  readLast.set(store, tables);
  const etags = checkpoint.parts.map((part) => `${part.path} ${part.etag}`).join();
  const table = `${containers.processed}/${dataset}`;
  const known = tables.get(table);
  if (known?.etags === etags) return known.state;
  try {
    const state = await withTemporaryFolder(lake.temporaryDirectory, async (folder) => {
      const files = checkpoint.parts.map((_, index) => path.join(folder, `checkpoint-${index}.parquet`));
      for (const [index, part] of checkpoint.parts.entries()) {
        await store.download(containers.processed, part.path, files[index] ?? '');
      }
      return withDuckDb(lake.duckDb, path.join(folder, 'spill'), (duckDb) =>
        readCheckpointFiles(duckDb, files, { version: checkpoint.version, source: file }),
      );
    });
    if (state.protocol === undefined || state.metaData === undefined) {
      return broken(file, state.protocol === undefined ? 'no protocol' : 'no metaData');
    }
    tables.set(table, { etags, state });
    return state;
  } catch (error) {
    // An unreachable store or an engine out of memory does not mean that the file is broken.
    if (!(error instanceof PipelineError)) return broken(file, String(error).split('\n')[0] ?? '', error);
    if (error.code === 'LAKE_LOG_BROKEN') return error;
    if (error.code === 'LAKE_OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}

function broken(file: string, found: string, cause?: unknown): PipelineError {
  return new PipelineError('LAKE_LOG_BROKEN', 'A checkpoint of the table cannot be read.', {
    found: found.slice(0, 200),
    expected: 'a Parquet file with the protocol, the metaData and the files of the table',
    where: { file },
    remedy: LOG_REMEDY,
    cause,
  });
}
