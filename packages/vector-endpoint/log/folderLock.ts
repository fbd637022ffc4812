import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Holder {
  readonly processId: number;
  /** When that process started, if the system reports it: a later process can have the same id. */
  readonly startedAt: string | undefined;
}

function startOf(processId: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // Field 22. The fields are counted after the program's name, which may contain spaces and parentheses.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.processId, 0);
  } catch (error) {
    // EPERM: the process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return holder.startedAt === undefined || startOf(holder.processId) === holder.startedAt;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/**
 * Makes this process the only one that uses a data folder.
 *
 * @returns a function that releases the folder
 * @throws Error when a running process uses it; the lock of an ended process is taken over
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'lock.json');
  const self: Holder = { processId: process.pid, startedAt: startOf(process.pid) };
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(self), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new Error(`the vector data in ${folder} is in use by process ${holder.processId}; stop it first`);
    }
    rmSync(path, { force: true });
  }
  throw new Error(`the vector data in ${folder} is being locked by another process`);
}
