import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Written while the platform runs: who runs it, what it started, where it is reached and with which settings. */
export interface PlatformState {
  pid: number;
  children: number[];
  urls: Record<string, string>;
  /** Settings of the app, for commands beside the running platform. */
  settings: Record<string, string>;
}

export function readState(stateFile: string): PlatformState | undefined {
  if (!existsSync(stateFile)) return undefined;
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as PlatformState;
  } catch {
    // Half written by a process that was killed: nobody runs on it.
    return undefined;
  }
}

export function writeState(stateFile: string, state: PlatformState): void {
  mkdirSync(path.dirname(stateFile), { recursive: true });
  // It holds passwords of the local servers.
  writeFileSync(stateFile, JSON.stringify(state, null, 2), { mode: 0o600 });
}

export function removeState(stateFile: string): void {
  rmSync(stateFile, { force: true });
}

/** True when the process exists and, where the system tells, is one of ours (a process id may be used again). */
export function isOurs(pid: number, marks: string[] = ['pipeline', 'azurite', 'functions-host', 'local/']): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command !== '' && marks.some((mark) => command.includes(mark));
  } catch {
    return false;
  }
}
