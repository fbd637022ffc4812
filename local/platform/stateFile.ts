import {
  copyFileSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../../lib/problems/problem';
import { commandOf, startOf, stillRuns } from '../../packages/functions-host/processIdentity';

/** Written while the platform runs: the supervisor's process, its children, the URLs and the settings. */
export interface PlatformState {
  pid: number;
  children: number[];
  /** When each of these processes started, if the operating system reports it. */
  startedAt?: Record<string, string>;
  /** True as soon as the platform is stopping, on request or after a failure. */
  isStopping?: boolean;
  urls: Record<string, string>;
  /** Of the Functions host's management and admin calls. */
  hostKey?: string;
  /** Settings of the app, for commands that use the running platform. */
  settings: Record<string, string>;
}

export function readState(stateFile: string): PlatformState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as PlatformState;
  } catch {
    // The file is absent, or damaged by a loss of power: no platform is running.
    return undefined;
  }
}

/**
 * Makes this process the one that runs the platform on the data. Returns false when another process was first. Throws when
 * the folder can't be written.
 */
export function claimState(stateFile: string, state: PlatformState): boolean {
  const draft = writeDraft(stateFile, state);
  try {
    // Creating a hard link is atomic and never replaces an existing file.
    linkSync(draft, stateFile);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Some file systems have no hard links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return claimByCopy(draft, stateFile);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function claimByCopy(draft: string, stateFile: string): boolean {
  try {
    copyFileSync(draft, stateFile, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces the complete state. Only the process that has claimed it may call this. */
export function writeState(stateFile: string, state: PlatformState): void {
  renameSync(writeDraft(stateFile, state), stateFile);
}

function writeDraft(stateFile: string, state: PlatformState): string {
  const draft = `${stateFile}.${process.pid}`;
  const pids = [state.pid, ...state.children];
  const starts = pids.map((pid) => [pid, state.startedAt?.[pid] ?? startOf(pid)] as const);
  state.startedAt = Object.fromEntries(starts.filter((entry): entry is [number, string] => entry[1] !== undefined));
  try {
    mkdirSync(path.dirname(stateFile), { recursive: true });
    // The file contains passwords of the local servers.
    writeFileSync(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
  } catch (cause) {
    throw dataFolderUnusable(path.dirname(stateFile), cause);
  }
  return draft;
}

/** DATA_FOLDER_UNUSABLE. */
export function dataFolderUnusable(folder: string, cause: unknown): PipelineError {
  return new PipelineError('DATA_FOLDER_UNUSABLE', 'The data folder cannot be written.', {
    found: cause instanceof Error ? cause.message : String(cause),
    where: { file: folder, setting: 'PIPELINE_DATA_DIRECTORY' },
    remedy: 'Set PIPELINE_DATA_DIRECTORY to a folder that you may write.',
    cause,
  });
}

/** Removes the state of `pid` (undefined: one that cannot be read), and leaves any other's. */
export function removeState(stateFile: string, pid: number | undefined): void {
  if (!existsSync(stateFile)) return;
  const moved = `${stateFile}.gone.${process.pid}`;
  try {
    renameSync(stateFile, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Between reading and moving, another process may have written its own state: move it back.
  const taken = readState(moved);
  if (taken && taken.pid !== pid && !existsSync(stateFile)) renameSync(moved, stateFile);
  else rmSync(moved, { force: true });
}

/**
 * True when the process exists, started at the time in the state, and has one of the marks in its command line, because a
 * process id can be used again. The start time is checked if it is known; Windows does not report the command line.
 */
export function isOurs(pid: number, marks: string[], state?: PlatformState): boolean {
  // A restarted container gives its processes the same ids, so the id in the state may be the id of this process.
  if (pid === process.pid || !stillRuns({ pid, startedAt: state?.startedAt?.[pid] })) return false;
  const command = commandOf(pid);
  if (command === undefined) return process.platform === 'win32';
  return marks.some((mark) => command.replaceAll('\\', '/').includes(mark));
}
