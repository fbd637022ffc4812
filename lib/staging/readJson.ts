import { PipelineError } from '../problems/problem';
import type { ObjectStore } from '../storage/objectStore';

/** Reads an object that the pipeline wrote itself. Absent: RUN_STAGING_GONE, with what to do. */
export async function readJson<T>(store: ObjectStore, container: string, path: string): Promise<T> {
  try {
    return JSON.parse((await store.read(container, path)).toString('utf8')) as T;
  } catch (cause) {
    if (!(cause instanceof PipelineError && cause.code === 'LAKE_OBJECT_NOT_FOUND')) throw cause;
    throw new PipelineError('RUN_STAGING_GONE', 'The run was discarded, or was never planned.', {
      where: { file: `${container}/${path}` },
      expected: 'what an earlier step of the same run wrote',
      remedy: 'Start a new run of this dataset and date.',
      cause,
    });
  }
}
