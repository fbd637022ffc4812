import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { PeerResult } from './job';

export interface MeasuredRun extends PeerResult {
  /** The whole process, from its start to its end. */
  processSeconds: number;
  /** Resident memory of the process and all its descendants, sampled; Linux only. */
  peakMegabytes: number;
}

const SAMPLE_EVERY_IN_MILLISECONDS = 250;
const PAGE_LENGTH = 4096;

/** Runs a peer's process to its end. */
export async function runPeer(command: string[], jobFile: string): Promise<MeasuredRun> {
  const [program = '', script = '', ...options] = command;
  const since = performance.now();
  const child = spawn(program, [script, jobFile, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
  let peak = 0;
  const sample = () => (peak = Math.max(peak, memoryOf(child.pid ?? 0)));
  const sampling = setInterval(sample, SAMPLE_EVERY_IN_MILLISECONDS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(sampling);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{')) throw new Error(`${command.join(' ')} ended with code ${code}:\n${stderr}`);
  return {
    ...(JSON.parse(last) as PeerResult),
    processSeconds: (performance.now() - since) / 1000,
    peakMegabytes: Math.round(peak / 1e6),
  };
}

/** Bytes of a process and all its descendants. */
export function memoryOf(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(read(`/proc/${name}/stat`))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const sum = (pid: number): number =>
    Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_LENGTH +
    (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process has ended in the meantime.
  }
}
