/**
 * A run through storage, from planning to the last part, compared with its components alone: the transfer of the same
 * bytes, and DuckDB on the same ranges.
 * Run: npm run bench:end-to-end -- [--megabytes 1000] [--rounds 3]
 * Azurite runs on the same processors. Two ranges at a time. Writes endToEnd.json to bench/output/.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startAzurite } from '../../local/azurite';
import { createAzureStorage } from '../../lib/storage/azureStorage';
import { prepareCase } from '../transform/prepareCase';
import { median } from '../transform/results';
import { runPeer, type MeasuredRun } from '../transform/runPeer';
import { RUN } from '../transform/job';
import { CONTAINERS, type StoredJob } from './job';

const OUTPUT = path.resolve(__dirname, '../../../bench/output');

/** The value that `npm start` sets when the lake is elsewhere. */
const BLOCK_CACHE_MEGABYTES = '1024';

interface Round {
  ours: MeasuredRun;
  /** With the blocks that the scan reads kept on local disk for the transform. */
  cached: MeasuredRun;
  transfer: MeasuredRun;
  duckDb: MeasuredRun;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { megabytes: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
  const azurite = await startAzurite({ dataDirectory: path.join(folder, 'azurite') });
  try {
    const { job, bytes } = await prepareCase('documents', Number(values.megabytes), folder);
    const store = createAzureStorage({ connectionString: azurite.connectionString });
    for (const container of CONTAINERS) await store.ensureContainer(container);
    await store.upload('raw', `${job.dataset.name}/${RUN.date}/input.csv`, job.file);

    const rounds: Round[] = [];
    for (let number = 1; number <= Number(values.rounds); number++) {
      const parts = path.join(folder, 'parts');
      const run = async (script: string, output: string, ...options: string[]) => {
        rmSync(output, { recursive: true, force: true });
        mkdirSync(output);
        const stored: StoredJob = {
          ...job,
          output,
          connectionString: azurite.connectionString,
          runId: `round-${number}-${options.join('-')}`,
          parts: job.ranges.map((_, part) => path.join(parts, `part-${part}.parquet`)),
        };
        const jobFile = path.join(folder, 'job.json');
        writeFileSync(jobFile, JSON.stringify(stored));
        return runPeer([process.execPath, path.join(__dirname, script), ...options], jobFile);
      };
      const duckDb = await run('../transform/peers/duckDb.js', parts, 'ranges');
      const transfer = await run('transfer.js', job.output);
      const runOurs = async (megabytes: string) => {
        const ours = await run('ours.js', job.output, megabytes);
        const left = readdirSync(path.join(job.output, 'temporary'));
        if (left.length > 0) throw new Error(`left in the temporary folder: ${left.join(', ')}`);
        return ours;
      };
      const ours = await runOurs('0');
      const cached = await runOurs(BLOCK_CACHE_MEGABYTES);
      rounds.push({ ours, cached, transfer, duckDb });
      const times = Object.entries({ ours, cached, transfer, duckDb }).map(
        ([name, one]) => `${name} ${one.seconds.toFixed(2)} s`,
      );
      console.log(`round ${number}: ${times.join(', ')}; splitting takes ${ours.splitSeconds?.toFixed(2)} s of ours`);
    }
    report(bytes, rounds);
  } finally {
    await azurite.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(bytes: number, rounds: Round[]): void {
  const of = (figure: (round: Round) => number) => Number(median(rounds.map(figure)).toFixed(3));
  const split = ({ ours }: Round) => ours.splitSeconds ?? Number.NaN;
  const apart = ({ transfer, duckDb }: Round) => transfer.seconds + duckDb.seconds;
  const facts = {
    bench: 'endToEnd',
    bytes,
    rounds: rounds.length,
    seconds: of(({ ours }) => ours.seconds),
    splitSeconds: of(split),
    transferSeconds: of(({ transfer }) => transfer.seconds),
    duckDbSeconds: of(({ duckDb }) => duckDb.seconds),
    oursToTransferAndDuckDb: of((round) => round.ours.seconds / apart(round)),
    oursWithoutSplittingToTransferAndDuckDb: of((round) => (round.ours.seconds - split(round)) / apart(round)),
    splittingToOurs: of((round) => split(round) / round.ours.seconds),
    cachedSeconds: of(({ cached }) => cached.seconds),
    peakMegabytes: Math.max(...rounds.map(({ ours }) => ours.peakMegabytes)),
  };
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(path.join(OUTPUT, 'endToEnd.json'), `${JSON.stringify({ ...facts, all: rounds }, null, 2)}\n`);
  console.log(JSON.stringify(facts));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
