/**
 * Measures how the orchestrators handle a run of 1,600 ranges (100 GB at 64 MB each) and one of 160,000 (10 TB): the app's
 * own orchestrators on the local Functions host, with activities that do nothing. Only the activities that remove stale rows
 * and vectors are the app's own, on stub stores that count. It measures orchestration, not work. Run: npm run bench:scale [-- --sizes 1600,160000 --limit-seconds 600]
 * Prints a table, then one line of JSON. A run that is not done in time is ended and reported as such.
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

const HOST = path.resolve(__dirname, '../packages/functions-host/main.js');
const APP = path.resolve(__dirname, '../../bench/scale-app');
const TARGETS = { processorSecondsPerRangeRatio: 1.5, eventsPerRangeRatio: 1.1, longestHistory: 1000, staleRatio: 1.1 };

/** The statistics that accumulate over the runs of a host. */
const COUNTERS = [
  'activities',
  'replays',
  'instances',
  'historyEvents',
  'processorSeconds',
  'staleRequests',
  'staleBytes',
] as const;

interface Statistics {
  activities: number;
  replays: number;
  instances: number;
  historyEvents: number;
  longestHistory: number;
  /** Statements and requests that removed stale rows and vectors, and the bytes sent with them. */
  staleRequests: number;
  staleBytes: number;
  /** Processor time of the host: on a machine with other work it is more reliable than the clock. */
  processorSeconds: number;
  memoryInBytes: number;
}

interface Measurement extends Statistics {
  ranges: number;
  seconds: number;
  isDone: boolean;
  /** The largest size of the journal's file, which is compacted as it grows. */
  journalBytes: number;
}

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1600,160000' },
      'limit-seconds': { type: 'string', default: '600' },
    },
  });
  const measurements: Measurement[] = [];
  for (const size of values.sizes.split(',')) {
    measurements.push(await measureApart(Number(size), Number(values['limit-seconds'])));
  }
  report(measurements);
}

/** Uses a new host and a new folder, so that the journal contains no earlier run. */
async function measureApart(ranges: number, limitInSeconds: number): Promise<Measurement> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scale-'));
  const child = spawn(process.execPath, [HOST, APP, '--port', '0', '--data', folder, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FUNCTIONS_HOST_KEY: HOST_KEY },
  });
  try {
    const origin = await readOrigin(child);
    // The first run compiles the hot code; in a host of a real app that is already done.
    await measure(origin, folder, 400, limitInSeconds);
    const before = await readStatistics(origin);
    const measured = await measure(origin, folder, ranges, limitInSeconds);
    for (const name of COUNTERS) measured[name] -= before[name];
    return measured;
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

async function measure(origin: string, folder: string, ranges: number, limitInSeconds: number): Promise<Measurement> {
  const base = `${origin}/runtime/webhooks/durabletask`;
  const id = `ingest-ranges-${ranges}`;
  const input = { dataset: `ranges-${ranges}`, date: '2026-01-01' };
  const start = performance.now();
  await fetch(`${base}/orchestrators/ingest/${id}?code=${HOST_KEY}`, { method: 'POST', body: JSON.stringify(input) });
  let journalBytes = 0;
  for (;;) {
    const { runtimeStatus, output } = await readStatus(`${base}/instances/${id}?showInput=false&code=${HOST_KEY}`);
    const seconds = (performance.now() - start) / 1000;
    journalBytes = Math.max(journalBytes, journalSize(folder));
    if (runtimeStatus === 'Failed') throw new Error(`A run of ${ranges} ranges failed: ${JSON.stringify(output)}`);
    const isDone = runtimeStatus === 'Completed';
    if (isDone || seconds > limitInSeconds) {
      return { ranges, seconds, isDone, journalBytes, ...(await readStatistics(origin)) };
    }
    await sleep(20);
  }
}

function journalSize(folder: string): number {
  return fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('durable.jsonl'))
    .reduce((bytes, name) => bytes + (fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

async function readStatus(url: string): Promise<{ runtimeStatus: string; output: unknown }> {
  return (await readJson(url)) as { runtimeStatus: string; output: unknown };
}

async function readStatistics(origin: string): Promise<Statistics> {
  return (await readJson(`${origin}/api/statistics`)) as Statistics;
}

/** Retries, because a host that is busy for seconds may close an idle connection at the moment of the next request. */
async function readJson(url: string): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (await fetch(url)).json();
    } catch (thrown) {
      if (attempt === 10) throw thrown;
      await sleep(200);
    }
  }
}

function report(measurements: Measurement[]): void {
  const columns: Record<string, (one: Measurement) => string> = {
    ranges: ({ ranges }) => String(ranges),
    seconds: ({ seconds, isDone }) => (isDone ? seconds.toFixed(1) : `> ${seconds.toFixed(0)}`),
    'processor s': ({ processorSeconds }) => processorSeconds.toFixed(1),
    activities: ({ activities }) => String(activities),
    instances: ({ instances }) => String(instances),
    replays: ({ replays }) => String(replays),
    events: ({ historyEvents }) => String(historyEvents),
    longest: ({ longestHistory }) => String(longestHistory),
    'stale asked': ({ staleRequests }) => String(staleRequests),
    'stale bytes': ({ staleBytes }) => String(staleBytes),
    'journal MB': ({ journalBytes }) => (journalBytes / 1e6).toFixed(1),
    'memory MB': ({ memoryInBytes }) => (memoryInBytes / 1e6).toFixed(0),
  };
  const line = (texts: string[]): string => texts.map((text) => text.padStart(11)).join(' ');
  console.log(line(Object.keys(columns)));
  for (const one of measurements) console.log(line(Object.values(columns).map((cell) => cell(one))));
  const growth = growthOf(measurements);
  const isMet =
    measurements.every(({ isDone, longestHistory }) => isDone && longestHistory <= TARGETS.longestHistory) &&
    growth.processorSecondsPerRange <= TARGETS.processorSecondsPerRangeRatio &&
    growth.eventsPerRange <= TARGETS.eventsPerRangeRatio &&
    growth.staleRequests <= TARGETS.staleRatio &&
    growth.staleBytes <= TARGETS.staleRatio;
  const machine = { node: process.version, cores: os.availableParallelism() };
  console.log(JSON.stringify({ ...machine, measurements: measurements.map(rounded), growth, targets: TARGETS, isMet }));
  if (!isMet) process.exitCode = 1;
}

/** Cost of a range in the largest run divided by its cost in the smallest run: 1 means growth in proportion. */
function growthOf(measurements: Measurement[]) {
  const [smallest, largest] = [measurements[0], measurements.at(-1)];
  /** The same ratio for the cost of a whole run: 1 means no growth. */
  const whole = (cost: (one: Measurement) => number): number =>
    smallest === undefined || largest === undefined ? NaN : round(cost(largest) / cost(smallest));
  const ratio = (cost: (one: Measurement) => number): number =>
    smallest === undefined || largest === undefined
      ? NaN
      : round(cost(largest) / largest.ranges / (cost(smallest) / smallest.ranges));
  return {
    secondsPerRange: ratio(({ seconds }) => seconds),
    processorSecondsPerRange: ratio(({ processorSeconds }) => processorSeconds),
    eventsPerRange: ratio(({ historyEvents }) => historyEvents),
    journalBytesPerRange: ratio(({ journalBytes }) => journalBytes),
    staleRequests: whole(({ staleRequests }) => staleRequests),
    staleBytes: whole(({ staleBytes }) => staleBytes),
  };
}

function rounded(measurement: Measurement): Measurement {
  const { seconds, processorSeconds } = measurement;
  return { ...measurement, seconds: round(seconds), processorSeconds: round(processorSeconds) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
