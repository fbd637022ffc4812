import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When the process started, in the system's own unit, or undefined where the system does not tell. A process id is used
 * again, after a restart of the machine or container even soon; id and start together are not.
 */
export function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the fields are counted behind the program's name, which may hold spaces and parentheses.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The command line of a living process; undefined when there is none, or the system does not tell. */
export function commandOf(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-p', `${pid}`, '-o', 'command='], { encoding: 'utf8' }).stdout?.trim() || undefined;
  }
  try {
    // The arguments are separated by NUL bytes; a zombie has none.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** True when the process exists, be it another user's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when the process exists and, where that is known, started then: a later one can have got the same number. */
export function stillRuns({ pid, startedAt }: { pid: number; startedAt?: string }): boolean {
  return isAlive(pid) && (startedAt === undefined || startOf(pid) === startedAt);
}
