/**
 * One large file of documents end to end on the local platform: from `raw/` to Parquet, PostgreSQL and vectors, with the local
 * encoder. Then the platform is started again on the same data.
 * Run: npm run bench:large -- [--megabytes 1000]
 * Prints the time of each step, and the highest memory and the disk of each process; writes large.json to bench/output/.
 * Linux only. A gigabyte takes hours on two cores; watch it on the page of the run.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { postgresFolder } from '../local/postgres/postgres';
import { hasEnded, type Run } from '../lib/runs/run';
import { createAzureStorage } from '../lib/storage/azureStorage';
import { startPlatform, stopPlatform, type Platform } from './platform/localPlatform';
import { commandLineOf, memoryOf, processTree } from './processes';
import { contractOf, DATASETS } from './transform/input/datasets';
import { generateFile } from './transform/input/generate';

const OUTPUT = path.resolve(__dirname, '../../bench/output');
const PARTITION = { dataset: 'documents', date: '2026-01-01' };
const SAMPLE_EVERY_IN_MILLISECONDS = 1000;
/** Parts of command lines. */
const PROCESSES = { functions: 'functions-host', vectors: 'vector-endpoint', storage: 'azurite', postgres: 'postgres' };

type Peaks = Record<string, number>;

/** Megabytes of each kind of process, kept when higher than before. */
function samplePeaks(root: number, peaks: Peaks): void {
  const now: Peaks = {};
  for (const pid of processTree(root)) {
    const command = commandLineOf(pid);
    const [name = 'others'] = Object.entries(PROCESSES).find(([, part]) => command.includes(part)) ?? [];
    now[name] = (now[name] ?? 0) + memoryOf(pid) / 1024;
  }
  for (const [name, megabytes] of Object.entries(now)) peaks[name] = Math.round(Math.max(peaks[name] ?? 0, megabytes));
}

function bytesUnder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // Files come and go while the platform runs.
    bytes += statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

async function ingest({ state, child }: Platform, file: string, peaks: Peaks): Promise<Run> {
  const { LAKE_CONNECTION_STRING: connectionString = '', LOCAL_TOKEN: token = '' } = state.settings;
  const { dataset, date } = PARTITION;
  const store = createAzureStorage({ connectionString });
  await store.ensureContainer('raw');
  await store.upload('raw', `${dataset}/${date}/input.csv`, file);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async (target: string, body?: object): Promise<unknown> => {
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${state.urls.api}/${target}`, request);
    if (!response.ok) throw new Error(`${target} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const { id } = (await call('runs', PARTITION)) as { id: string };
  for (;;) {
    const run = (await call(`runs/${id}`)) as Run;
    samplePeaks(child.pid ?? 0, peaks);
    if (hasEnded(run.status)) {
      if (run.status !== 'Completed') throw new Error(`The run ended as ${run.status}: ${JSON.stringify(run.error)}`);
      return run;
    }
    await pause(SAMPLE_EVERY_IN_MILLISECONDS);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '1000' } } });
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
  const dataDirectory = path.join(folder, 'data');
  try {
    mkdirSync(path.join(folder, 'contracts'));
    writeFileSync(path.join(folder, 'contracts', `${PARTITION.dataset}.yaml`), contractOf(DATASETS.documents));
    const file = path.join(folder, 'input.csv');
    const records = generateFile('documents', Number(values.megabytes) * 1e6, file);
    const peaks: Peaks = {};
    const platform = await startPlatform(dataDirectory, { CONTRACTS_DIRECTORY: path.join(folder, 'contracts') });
    const since = performance.now();
    const run = await ingest(platform, file, peaks).finally(() => stopPlatform(platform));
    const minutes = (performance.now() - since) / 60_000;
    const restarted = await startPlatform(dataDirectory, { CONTRACTS_DIRECTORY: path.join(folder, 'contracts') });
    await stopPlatform(restarted);
    const facts = {
      bench: 'large',
      megabytes: Number(values.megabytes),
      records,
      chunks: run.chunks?.embedded,
      minutes: Number(minutes.toFixed(2)),
      secondsOfSteps: Object.fromEntries(run.steps.map(({ name, seconds }) => [name, Math.round(seconds)])),
      peakMegabytes: peaks,
      diskMegabytes: Object.fromEntries(
        readdirSync(dataDirectory, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => [name, Math.round(bytesUnder(path.join(dataDirectory, name)) / 1e6)]),
      ),
      firstStartSeconds: Number(platform.seconds.toFixed(1)),
      nextStartSeconds: Number(restarted.seconds.toFixed(1)),
    };
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(path.join(OUTPUT, 'large.json'), `${JSON.stringify(facts, null, 2)}\n`);
    console.log(JSON.stringify(facts, null, 2));
  } finally {
    rmSync(postgresFolder(dataDirectory), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
