/**
 * Measures how long the local Functions host takes for a fan-out of activities that do nothing.
 * Run: npm run build && node dist/bench/fan-out.js [--rounds 5]
 * Prints a table, then one line of JSON. Times are from the start request to the first status Completed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const HOST_KEY = randomBytes(24).toString('base64url');

const host = path.resolve(__dirname, '../packages/functions-host/main.js');
const app = path.resolve(__dirname, '../../bench/fan-out-app');
const sizes = [2000, 8000];
const targets = { seconds: 1, ratio: 5 };

interface Measurement {
  count: number;
  milliseconds: number;
}

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fan-out-'));
  const child = spawn(process.execPath, [host, app, '--port', '0', '--data', folder, '--log-level', 'warning'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FUNCTIONS_HOST_KEY: HOST_KEY },
  });
  try {
    const origin = await readOrigin(child);
    // The first run compiles the hot code; in a host of a real app that is already done.
    await measure(origin, 500);
    const measurements: Measurement[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const count of sizes) measurements.push({ count, milliseconds: await measure(origin, count) });
    }
    report(measurements);
  } finally {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function readOrigin(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (;;) {
    const found = /listening on (\S+)/.exec(output);
    if (found?.[1]) return found[1];
    if (child.exitCode !== null) throw new Error(`The host did not start:\n${output}`);
    await sleep(10);
  }
}

async function measure(origin: string, count: number): Promise<number> {
  const base = `${origin}/runtime/webhooks/durabletask`;
  const start = performance.now();
  const started = await fetch(`${base}/orchestrators/fanOut?code=${HOST_KEY}`, {
    method: 'POST',
    body: JSON.stringify({ count }),
  });
  const { id } = (await started.json()) as { id: string };
  for (;;) {
    const response = await fetch(`${base}/instances/${id}?showInput=false&code=${HOST_KEY}`);
    const status = (await response.json()) as { runtimeStatus: string; output: unknown };
    if (status.runtimeStatus === 'Completed' && status.output === count) return performance.now() - start;
    if (status.runtimeStatus !== 'Running' && status.runtimeStatus !== 'Pending') {
      throw new Error(`Fan-out of ${count}: ${JSON.stringify(status)}`);
    }
    await sleep(5);
  }
}

function report(measurements: Measurement[]): void {
  const rows = sizes.map((count) => {
    const times = measurements.filter((one) => one.count === count).map((one) => one.milliseconds);
    const median = medianOf(times);
    return {
      count,
      median,
      fastest: Math.min(...times),
      slowest: Math.max(...times),
      microsecondsEach: (median * 1000) / count,
    };
  });
  console.log('activities   median ms   fastest   slowest   microseconds each');
  for (const { count, median, fastest, slowest, microsecondsEach } of rows) {
    const cells = [String(count).padStart(10), median.toFixed(0).padStart(11), fastest.toFixed(0).padStart(9)];
    console.log([...cells, slowest.toFixed(0).padStart(9), microsecondsEach.toFixed(0).padStart(19)].join(' '));
  }
  const [small, large] = rows;
  const ratio = (large?.median ?? NaN) / (small?.median ?? NaN);
  const isMet = (small?.median ?? Infinity) < targets.seconds * 1000 && ratio <= targets.ratio;
  const summary = {
    node: process.version,
    cores: os.availableParallelism(),
    rows: rows.map(rounded),
    ratio: round(ratio),
    targets,
    isMet,
  };
  console.log(JSON.stringify(summary));
  if (!isMet) process.exitCode = 1;
}

function medianOf(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

function rounded(row: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)]));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
