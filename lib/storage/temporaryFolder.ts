import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Makes a folder for one piece of work and removes it with all that is in it, whatever happens. */
export async function withTemporaryFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder(parent);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same for work that yields as it goes: the folder is removed too when the reader stops early. */
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

/** A folder for as long as its maker wants; should the maker be killed, the next process removes it. */
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

/** Removes what processes left behind that were killed: folders that name a process which is no more. */
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
    // Refused means that it runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
