import fs from 'node:fs';
import path from 'node:path';
import { startOf, stillRuns } from '../../processIdentity';

interface Holder {
  pid: number;
  since: string;
  /** When that process started, if the system reports it: a later process can have the same id. */
  startedAt?: string;
}

/** Locks of this process: its pid in a lock file can also come from an earlier process with the same pid. */
const heldHere = new Set<string>();

/**
 * Makes this process the only one that uses `folder` (which must exist) and returns a function that releases it. Takes over
 * the lock of a process that has ended. Throws an Error naming the pid when another host is running.
 */
export function lockFolder(folder: string): () => void {
  const file = path.join(fs.realpathSync(folder), 'durable.lock');
  if (heldHere.has(file)) throw refusal(folder, file, process.pid);
  const own = `${file}.${process.pid}`;
  const content = JSON.stringify({
    pid: process.pid,
    since: new Date().toISOString(),
    startedAt: startOf(process.pid),
  } satisfies Holder);
  fs.writeFileSync(own, content);
  try {
    // Creating a hard link is atomic, so no process can read an empty lock.
    while (!tryLink(own, file)) takeAwayIfStale(folder, file);
  } finally {
    fs.rmSync(own, { force: true });
  }
  heldHere.add(file);
  return () => {
    if (!heldHere.delete(file)) return;
    if (readHolder(file)?.pid === process.pid) fs.rmSync(file, { force: true });
  };
}

function tryLink(own: string, file: string): boolean {
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Some file systems have no hard links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return tryCopy(own, file);
    throw error;
  }
}

function tryCopy(own: string, file: string): boolean {
  try {
    fs.copyFileSync(own, file, fs.constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeAwayIfStale(folder: string, file: string): void {
  const holder = readHolder(file);
  if (holder && holder.pid !== process.pid && stillRuns(holder)) throw refusal(folder, file, holder.pid);
  const moved = `${file}.stale.${process.pid}`;
  try {
    fs.renameSync(file, moved);
  } catch (error) {
    // Another host has removed it first: check again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Between reading and moving, another host may have created its own lock: move it back.
  const taken = readHolder(moved);
  if (taken && taken.pid !== holder?.pid) tryLink(moved, file);
  fs.rmSync(moved, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function refusal(folder: string, file: string, pid: number): Error {
  return new Error(
    `The data folder ${folder} is in use by process ${pid}. Stop that host or give this one another --data folder. ` +
      `If process ${pid} is not a Functions host, delete ${file}.`,
  );
}
