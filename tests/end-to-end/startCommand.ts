import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/**
 * Each worker of the test run has its own ports: two platforms that search for a free port at the same moment would find
 * the same one.
 */
const FIRST_PORT = 21_000 + 200 * Number(process.env.JEST_WORKER_ID ?? 0);
const PORTS = Object.fromEntries(
  ['BLOB', 'QUEUE', 'TABLE', 'POSTGRES', 'VECTORS', 'FUNCTIONS', 'WEB'].map((name, index) => [
    `PIPELINE_${name}_PORT`,
    String(FIRST_PORT + 20 * index),
  ]),
);

export interface StartedCommand {
  process: ChildProcess;
  /** All of stdout and stderr so far. */
  output(): string;
  stdout(): string;
  ended: Promise<{ code: number | null }>;
  /** Resolves with the first match in the output; rejects when the command ends before. */
  said(pattern: RegExp, timeoutInMilliseconds?: number): Promise<RegExpMatchArray>;
}

/** Runs the command of `npm start` on this data folder, as npm does; under the Node.js that TEST_NODE names, if it does. */
export function startCommand(
  dataDirectory: string,
  environment: Record<string, string>,
  ...options: string[]
): StartedCommand {
  const child = spawn(
    environment.TEST_NODE ?? process.execPath,
    [path.join(ROOT, 'dist/local/commands/start.js'), ...options],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        PIPELINE_DATA_DIRECTORY: dataDirectory,
        PIPELINE_HOST: 'own',
        QDRANT_URL: '',
        ...PORTS,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<{ code: number | null }>((resolve) => child.once('close', (code) => resolve({ code })));
  return {
    process: child,
    output: () => output,
    stdout: () => stdout,
    ended,
    said: async (pattern, timeoutInMilliseconds = 180_000) => {
      const deadline = Date.now() + timeoutInMilliseconds;
      let isOver = false;
      void ended.then(() => (isOver = true));
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (isOver || Date.now() > deadline) throw new Error(`never said ${pattern}; it said:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** The JSON object in the last line of stdout. */
export function lastJson<Value>(command: StartedCommand): Value {
  const last = command.stdout().trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Value;
}

/** Ids of running processes whose command line has all of the texts. Linux only. */
export function processesWith(...texts: string[]): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return texts.every((text) => command.includes(text));
      } catch {
        return false;
      }
    })
    .map(Number);
}

export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  timeoutInMilliseconds = 120_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutInMilliseconds;
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`it never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
