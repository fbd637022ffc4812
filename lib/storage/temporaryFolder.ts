import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Creates a folder for `work`, and always removes it with its content. */
export async function withTemporaryFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder(parent);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same for a generator. The folder is also removed when the reader stops early. */
export async function* inTemporaryFolder<T>(
  parent: string,
  use: (folder: string) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const folder = await makeTemporaryFolder(parent);
  try {
    yield* use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const swept = new Map<string, Promise<void>>();

/** Creates a folder that the caller removes. If its process is killed, the next process removes it. */
export async function makeTemporaryFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  let sweep = swept.get(parent);
  if (sweep === undefined) {
    sweep = removeOrphans(parent);
    swept.set(parent, sweep);
  }
  await sweep;
  return mkdtemp(path.join(parent, `lake-${process.pid}-`));
}

/** Removes folders of killed processes: those with the id of a process that no longer exists. */
async function removeOrphans(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^lake-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
