import type { Lakehouse } from '../lakehouse/lakehouse';
import { ignoredFilesFile } from '../lakehouse/paths';
import type { IgnoredFiles } from '../runs/ignoredFiles';
import type { RunKey } from '../runs/runKey';
import { readJsonIfAny } from './readJson';

type Staging = Pick<Lakehouse, 'store' | 'containers'>;

/** Keeps the list of ignored files for the gate. Safe to repeat. */
export async function keepIgnored({ store, containers }: Staging, key: RunKey, ignored: IgnoredFiles): Promise<void> {
  await store.write(containers.staging, ignoredFilesFile(key), JSON.stringify(ignored));
}

/** The files that the run ignores. Undefined when an earlier version of the app planned it. */
export function readIgnored({ store, containers }: Staging, key: RunKey): Promise<IgnoredFiles | undefined> {
  return readJsonIfAny<IgnoredFiles>(store, containers.staging, ignoredFilesFile(key));
}
