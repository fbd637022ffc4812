import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When the process started, in the system's own unit; undefined where the system does not report it. A process id can be
 * used again, soon after a restart of the machine or container; the pair of id and start time is unique.
 */
export function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22. The fields are counted after the program's name, which may contain spaces and parentheses.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The command line of a running process; undefined when the process does not exist or the system does not report it. */
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

/** True when the process exists, even if it belongs to another user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when the process exists and has this start time (if known): a later process can have the same id. */
export function stillRuns({ pid, startedAt }: { pid: number; startedAt?: string }): boolean {
  return isAlive(pid) && (startedAt === undefined || startOf(pid) === startedAt);
}
