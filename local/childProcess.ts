import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { diskFullLine } from '../lib/problems/diskFull';
import { diskFullError } from '../lib/problems/diskFullError';
import { childScript } from './childScript';
import { PipelineError } from '../lib/problems/problem';

/** A started child process. It keeps the last lines of its output for the error message if it dies. */
export interface RunningChild {
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves when the child has ended, for any reason. What it has started and left behind is ended too (not on Windows). */
  readonly ended: Promise<ChildEnd>;
  lastLines(): string;
  /** Asks the child to stop, and kills it after the grace period. Resolves when it has ended. */
  stop(signal?: NodeJS.Signals, graceInMilliseconds?: number): Promise<void>;
}

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  name: string;
  command: string;
  arguments: string[];
  environment?: NodeJS.ProcessEnv;
  workingDirectory?: string;
  /** Receives everything that the child prints. */
  logFile: string;
  user?: { uid: number; gid: number };
  /** Signal that asks the child to stop. Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Opens an IPC channel. When it closes, a Node child knows that its parent has ended. */
  channel?: boolean;
  /** For a program that does not watch its parent: it runs under a small process that stops it when this process ends. */
  endsWithParent?: boolean;
}

const KEPT_LINES = 20;
const LONGEST_OUTPUT_AFTER_END_IN_MILLISECONDS = 1000;
const GRACE_OF_WHAT_IS_LEFT_IN_MILLISECONDS = 3000;

/** Children to stop when this process ends without an orderly stop by its supervisor. */
const living = new Map<ChildProcess, NodeJS.Signals>();
process.on('exit', () => {
  for (const [child, signal] of living) child.kill(signal);
});

/** Starts a child whose output goes to a log file. Throws when the command cannot be started. */
export async function startChild(given: ChildOptions): Promise<RunningChild> {
  const options = given.endsWithParent ? watched(given) : given;
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  // A log that can't be written, on a full disk for example, must not end the platform: the last lines are kept here anyway.
  log.on('error', () => undefined);
  const spawnOptions: SpawnOptions = {
    cwd: options.workingDirectory,
    env: options.environment ?? process.env,
    stdio: options.channel ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    ...options.user,
    // Each child has its own process group: Ctrl-C in the terminal reaches only the supervisor, which stops all in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
  const child = spawn(options.command, options.arguments, spawnOptions);
  const lines: string[] = [];
  const keep = (chunk: Buffer): void => {
    log.write(chunk);
    lines.push(...chunk.toString('utf8').split(/\r?\n/).filter(Boolean));
    if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  living.set(child, stopSignal);
  child.once('exit', () => living.delete(child));
  const ended = endOf(child);
  void ended.then(() => log.end());
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      living.delete(child);
      reject(startFailure(`${options.name} could not be started: ${error.message}`));
    });
  });
  return {
    name: options.name,
    process: child,
    ended,
    lastLines: () => lines.join('\n'),
    stop: async (signal = stopSignal, graceInMilliseconds = 15000) => {
      if (child.exitCode !== null || child.signalCode !== null) return void (await ended);
      const force = setTimeout(() => killGroup(child), graceInMilliseconds);
      child.kill(signal);
      await ended;
      clearTimeout(force);
    },
  };
}

function watched({ command, arguments: words, user, ...options }: ChildOptions): ChildOptions {
  const program = JSON.stringify({ command, arguments: words, user, stopSignal: options.stopSignal ?? 'SIGTERM' });
  return { ...options, command: process.execPath, arguments: [childScript('endWithParent'), program], channel: true };
}

/** Its last lines may arrive after its end. */
async function endOf(child: ChildProcess): Promise<ChildEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = await new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await endGroup(child);
  await Promise.race([closed, pause(LONGEST_OUTPUT_AFTER_END_IN_MILLISECONDS, undefined, { ref: false })]);
  return end;
}

/** What a child left behind may end by itself. Else it would go on without anybody, and hold its ports, files and output. */
async function endGroup(child: ChildProcess): Promise<void> {
  const deadline = Date.now() + GRACE_OF_WHAT_IS_LEFT_IN_MILLISECONDS;
  while (hasGroup(child) && Date.now() < deadline) await pause(20);
  if (hasGroup(child)) killGroup(child);
}

function hasGroup({ pid }: ChildProcess): boolean {
  if (process.platform === 'win32' || pid === undefined) return false;
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** With what it has started itself: each child leads a process group. */
function killGroup(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) return void child.kill('SIGKILL');
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended in the meantime.
  }
}

export interface ReadyOptions {
  timeoutInMilliseconds?: number;
  /** The time-out starts again with each line that the child prints: it then limits silence, not the whole start. */
  followsOutput?: boolean;
  /** Aborted when the start is cancelled: the wait then throws the signal's reason. */
  abandon?: AbortSignal;
}

/**
 * Waits until `probe` answers true. Throws, with the child's last lines, as soon as the child ends or when the time-out
 * is over. A child that did not become ready is stopped.
 */
export async function waitUntilReady(
  child: RunningChild,
  probe: () => Promise<boolean>,
  options: ReadyOptions = {},
): Promise<void> {
  try {
    await becomesReady(child, probe, options);
  } catch (error) {
    await child.stop(undefined, GRACE_OF_AN_UNREADY_CHILD_IN_MILLISECONDS);
    throw error;
  }
}

const GRACE_OF_AN_UNREADY_CHILD_IN_MILLISECONDS = 5000;

async function becomesReady(
  child: RunningChild,
  probe: () => Promise<boolean>,
  { timeoutInMilliseconds = 60000, followsOutput = false, abandon }: ReadyOptions,
): Promise<void> {
  let deadline = Date.now() + timeoutInMilliseconds;
  let seen = child.lastLines();
  let end: ChildEnd | undefined;
  void child.ended.then((how) => (end = how));
  for (;;) {
    abandon?.throwIfAborted();
    if (await answersInTime(probe, abandon)) return;
    if (end) {
      throw startFailure(
        `${child.name} ended at once (${end.signal ?? `exit code ${end.code}`}):\n${child.lastLines()}`,
      );
    }
    if (followsOutput && child.lastLines() !== seen) {
      seen = child.lastLines();
      deadline = Date.now() + timeoutInMilliseconds;
    }
    if (Date.now() > deadline) {
      throw startFailure(
        `${child.name} did not become ready in ${timeoutInMilliseconds / 1000} s:\n${child.lastLines()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const LONGEST_PROBE_IN_MILLISECONDS = 15000;

/** A server that accepts a connection and never answers must not delay the time-out or the stop. */
async function answersInTime(probe: () => Promise<boolean>, abandon: AbortSignal | undefined): Promise<boolean> {
  const over = new AbortController();
  const limit = AbortSignal.any([
    over.signal,
    AbortSignal.timeout(LONGEST_PROBE_IN_MILLISECONDS),
    ...(abandon ? [abandon] : []),
  ]);
  const isLate = new Promise<boolean>((resolve) => limit.addEventListener('abort', () => resolve(false)));
  try {
    return await Promise.race([probe().catch(() => false), isLate]);
  } finally {
    over.abort();
  }
}

/** SERVICE_NOT_STARTED, or DISK_FULL when the output of the service says so. */
export function startFailure(message: string): PipelineError {
  const full = diskFullLine(message);
  if (full === undefined) return new PipelineError('SERVICE_NOT_STARTED', message);
  return diskFullError('The disk of the data folder', { found: full, where: { setting: 'PIPELINE_DATA_DIRECTORY' } });
}
