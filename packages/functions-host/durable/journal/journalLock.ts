import fs from 'node:fs';
import path from 'node:path';
import { startOf, stillRuns } from '../../processIdentity';

interface Holder {
  pid: number;
  since: string;
  /** When that process started, where the system tells: a later process can have got the same number. */
  startedAt?: string;
}

/** Locks this process holds: its own pid in a file may also be left over from an earlier process with the same number. */
const heldHere = new Set<string>();

/**
 * Makes this process the only one that uses `folder` (which must exist) and returns what releases it again. The lock of a
 * process that is gone is taken over. Throws an Error naming the pid when another host is alive.
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
    // A hard link appears whole or not at all, so nobody ever reads an empty lock.
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
    // Another host has taken it away first: look again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Between reading and moving, another host may have put its own lock there: give it back.
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
      `If process ${pid} is no Functions host, delete ${file}.`,
  );
}
