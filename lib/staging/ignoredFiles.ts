import type { Lakehouse } from '../lakehouse/lakehouse';
import { ignoredFilesFile } from '../lakehouse/paths';
import { PipelineError } from '../problems/problem';
import type { IgnoredFiles } from '../runs/ignoredFiles';
import type { RunKey } from '../runs/runKey';

type Staging = Pick<Lakehouse, 'store' | 'containers'>;

/** Keeps the list of ignored files for the gate. Safe to repeat. */
export async function keepIgnored({ store, containers }: Staging, key: RunKey, ignored: IgnoredFiles): Promise<void> {
  await store.write(containers.staging, ignoredFilesFile(key), JSON.stringify(ignored));
}

/** The files that the run ignores. Undefined when an earlier version of the app planned it. */
export async function readIgnored({ store, containers }: Staging, key: RunKey): Promise<IgnoredFiles | undefined> {
  try {
    return JSON.parse((await store.read(containers.staging, ignoredFilesFile(key))).toString('utf8')) as IgnoredFiles;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'LAKE_OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}
