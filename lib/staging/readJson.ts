import { PipelineError } from '../problems/problem';
import type { ObjectStore } from '../storage/objectStore';

/** Reads an object that the pipeline wrote itself. Errors: RUN_STAGING_GONE when it is absent, LAKE_FILE_BROKEN. */
export async function readJson<T>(store: ObjectStore, container: string, path: string): Promise<T> {
  const value = await readJsonIfAny<T>(store, container, path);
  if (value !== undefined) return value;
  throw new PipelineError('RUN_STAGING_GONE', 'The run was discarded, or was never planned.', {
    where: { file: `${container}/${path}` },
    expected: 'the object that an earlier step of the run wrote',
    remedy: 'Start a new run of this dataset and date.',
  });
}

/** Like `readJson`; undefined when the object is absent. Error: LAKE_FILE_BROKEN when it is not JSON. */
export async function readJsonIfAny<T>(store: ObjectStore, container: string, path: string): Promise<T | undefined> {
  try {
    return JSON.parse((await store.read(container, path)).toString('utf8')) as T;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'LAKE_OBJECT_NOT_FOUND') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new PipelineError('LAKE_FILE_BROKEN', 'A staged file of the run is damaged.', {
      found: error.message,
      expected: 'JSON as it was written',
      where: { file: `${container}/${path}` },
      remedy: 'Start a new run of this dataset and date.',
      cause: error,
    });
  }
}
