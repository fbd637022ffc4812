/**
 * CSV to Parquet: compares our transform with other tools, in one run on the same files.
 * Run: npm run bench:transform -- [--cases documents:100,documents:1000] [--rounds 3] [--minutes 15] [--peers ours,polars]
 * Each peer is a process of its own; the rounds alternate between the peers. Writes transform.json, .md and .svg to
 * bench/output/. Python peers are found by BENCH_PYTHON (pandas, pyarrow, polars, duckdb), BENCH_PYSPARK35_PYTHON and
 * BENCH_PYSPARK4_PYTHON; those that are absent are named and skipped.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DATASETS, type DatasetName } from './input/datasets';
import { fingerprint } from './fingerprint';
import { listPeers, type Peer } from './peers';
import { plot } from './plot';
import { prepareCase } from './prepareCase';
import { markdown } from './report';
import { median, ratio, type CaseResult, type PeerRuns } from './results';
import { runPeer } from './runPeer';

const CASES = 'narrow:100,quoted:100,dirty:100,documents:100,documents:1000';
/** `--quick`: a few minutes, for comparing one commit with another. */
const QUICK = { cases: 'narrow:25,quoted:100,dirty:100,documents:300', peers: 'ours,same ranges' };
/** Peers that work record by record are not run on files above this size. */
const LARGEST_FOR_SLOW_IN_MEGABYTES = 100;
/** A peer that is this many times slower than ours is measured only once. */
const FAR_BEHIND = 12;
const OUTPUT = path.resolve(__dirname, '../../../bench/output');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      cases: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '15' },
      peers: { type: 'string' },
    },
  });
  const until = performance.now() + Number(values.minutes) * 60_000;
  const { cases = values.quick ? QUICK.cases : CASES, peers: named = values.quick ? QUICK.peers : '' } = values;
  const wanted = named.toLowerCase().split(',');
  const peers = listPeers().filter(({ name }) => wanted.some((part) => name.toLowerCase().includes(part)));
  const results: CaseResult[] = [];
  for (const text of cases.split(',')) {
    const [name = '', megabytes = ''] = text.split(':');
    if (!(name in DATASETS))
      throw new Error(`unknown dataset ${name}, expected one of ${Object.keys(DATASETS).join(', ')}`);
    results.push(await measure(name as DatasetName, Number(megabytes), peers, Number(values.rounds), until));
    write(results);
  }
  console.log(`\n${markdown(results)}\n`);
  console.log(JSON.stringify({ bench: 'transform', ...figures(results) }));
}

async function measure(
  name: DatasetName,
  megabytes: number,
  peers: Peer[],
  rounds: number,
  until: number,
): Promise<CaseResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
  try {
    const { job, bytes, records } = await prepareCase(name, megabytes, folder);
    const runs = peers.map((peer): PeerRuns => ({ name: peer.name, strict: peer.strict, runs: [] }));
    for (let round = 0; round < rounds && (round === 0 || performance.now() < until); round++) {
      for (const [index, peer] of peers.entries()) {
        const into = runs[index];
        if (into === undefined) continue;
        into.skipped ??= reasonToSkip(peer, name, megabytes);
        const isFarBehind = round > 0 && into.output !== undefined && ratioToFirst(into, runs) > FAR_BEHIND;
        if (into.skipped !== undefined || isFarBehind) {
          into.runs.push(undefined);
          continue;
        }
        rmSync(job.output, { recursive: true, force: true });
        mkdirSync(job.output);
        const run = await runPeer(peer.command ?? [], path.join(folder, 'job.json'));
        into.runs.push(run);
        into.output ??= await fingerprint(job.output, job.dataset);
        console.log(`${name} ${megabytes} MB, round ${round + 1}: ${peer.name} ${run.seconds.toFixed(2)} s`);
      }
    }
    return { dataset: name, title: DATASETS[name].title, bytes, records, ranges: job.ranges.length, peers: runs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ratioToFirst(peer: PeerRuns, runs: PeerRuns[]): number {
  const [first] = runs;
  return first === undefined ? 1 : ratio(peer, first, (run) => run.seconds);
}

function reasonToSkip(peer: Peer, name: DatasetName, megabytes: number): string | undefined {
  if (peer.command === undefined) return peer.absent;
  if (peer.slow === true && megabytes > LARGEST_FOR_SLOW_IN_MEGABYTES) return 'only on the small file';
  return name === 'dirty' && !peer.strict ? 'no strict validation' : undefined;
}

/** The ratios that show whether the aims are reached. */
function figures(results: CaseResult[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { dataset, bytes, peers } of results) {
    const [ours] = peers;
    if (ours === undefined) continue;
    const file = `${dataset} ${Math.round(bytes / 1e6)} MB`;
    for (const peer of peers.slice(1)) {
      if (peer.output !== undefined)
        found[`${file}: ${peer.name} / ours`] = rounded(ratio(peer, ours, (run) => run.seconds));
    }
    const ranges = peers.find((peer) => peer.name.endsWith('same ranges'));
    if (ranges?.output === undefined) continue;
    found[`${file}: ours without splitting / DuckDB on the same ranges`] = rounded(
      1 / ratio(ranges, withoutSplitting(ours), (run) => run.seconds),
    );
    found[`${file}: processor time, the same`] = rounded(
      1 / ratio(ranges, withoutSplitting(ours), (run) => run.cpuSeconds ?? Number.NaN),
    );
    found[`${file}: splitting / ours`] = rounded(
      median(ours.runs.flatMap((run) => (run?.splitSeconds === undefined ? [] : [run.splitSeconds / run.seconds]))),
    );
  }
  return found;
}

function withoutSplitting(peer: PeerRuns): PeerRuns {
  const runs = peer.runs.map((run) =>
    run === undefined ? undefined : { ...run, seconds: run.seconds - (run.splitSeconds ?? 0) },
  );
  return { ...peer, runs };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

function write(results: CaseResult[]): void {
  mkdirSync(OUTPUT, { recursive: true });
  const facts = { bench: 'transform', node: process.version, figures: figures(results), cases: results };
  writeFileSync(path.join(OUTPUT, 'transform.json'), `${JSON.stringify(facts, null, 2)}\n`);
  writeFileSync(path.join(OUTPUT, 'transform.md'), `${markdown(results)}\n`);
  writeFileSync(path.join(OUTPUT, 'transform.svg'), plot(results));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
