import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';

/** Makes a folder for one piece of work and removes it with all that is in it, whatever happens. */
export async function withTemporaryFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeFolder(parent);
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
  const folder = await makeFolder(parent);
  try {
    yield* use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  return mkdtemp(path.join(parent, 'lake-'));
}
