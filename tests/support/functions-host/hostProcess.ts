import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of every host that the tests start. */
export const HOST_KEY = 'key-of-the-tests';

export const demoApp = path.join(__dirname, 'fixtures/demo-app');

export interface HostProcess {
  origin: string;
  child: ChildProcess;
  /** All the host has printed so far. */
  output(): string;
  /** Sends SIGTERM (or another signal) and returns the exit code (null after a kill). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface HostProcessOptions {
  main: string;
  dataFolder: string;
  appFolder?: string;
  port?: number;
  environment?: Record<string, string>;
  flags?: string[];
  stdio?: 'ignore' | 'pipe' | 'ipc';
  /** Gets the process as soon as there is one. */
  onSpawn?: (child: ChildProcess) => void;
}

const running = new Set<ChildProcess>();

// Ends hosts that failed tests have left running.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a host until it ends by itself, and returns its exit code and output. */
export async function runToEnd(options: HostProcessOptions): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnHost(options);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

/** Starts a host as a child process and waits until it listens. */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const { child, output } = spawnHost(options);
  for (;;) {
    const found = /listening on (\S+)/.exec(output());
    if (found?.[1]) return { origin: found[1], child, output, stop: (signal) => stopChild(child, signal) };
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The host did not start:\n${output()}`);
    await sleep(10);
  }
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }
  return child.exitCode;
}

function spawnHost(options: HostProcessOptions): { child: ChildProcess; output: () => string } {
  const { main, dataFolder, appFolder = demoApp, port = 0, environment = {}, flags = [], stdio = 'ignore' } = options;
  const child = spawn(process.execPath, [main, appFolder, '--port', String(port), '--data', dataFolder, ...flags], {
    stdio: [stdio === 'pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
    env: { ...process.env, FUNCTIONS_HOST_KEY: HOST_KEY, ...environment },
  });
  running.add(child);
  options.onSpawn?.(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

/** Calls `check` until it returns a value, for at most `timeoutInMilliseconds`. */
export async function eventually<T>(
  check: () => Promise<T | undefined> | T | undefined,
  timeoutInMilliseconds = 20000,
): Promise<T> {
  const deadline = Date.now() + timeoutInMilliseconds;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('It did not happen in time.');
    await sleep(10);
  }
}
