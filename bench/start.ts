import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postgresFolder } from '../local/postgres/postgres';
import { memoryOf, processTree } from './processes';
import type { StartReport } from '../local/terminal/report';

// Usage: node dist/bench/start.js [rounds]
// Each round runs `npm start -- --once --json` twice on a new data folder: from nothing, and again on the same data.
// Memory is the sum over all processes of the proportional set size (shared pages counted once), sampled; Linux only.

const SAMPLE_EVERY_IN_MILLISECONDS = 250;

interface Measured {
  seconds: number;
  peakMegabytes: number;
  report: StartReport;
}

async function start(dataDirectory: string): Promise<Measured> {
  const since = performance.now();
  const child = spawn(process.execPath, [path.join(__dirname, '../local/commands/start.js'), '--once', '--json'], {
    env: { ...process.env, PIPELINE_DATA_DIRECTORY: dataDirectory, PIPELINE_HOST: 'own' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  let peak = 0;
  const sampling = setInterval(
    () => (peak = Math.max(peak, memoryOfTree(child.pid ?? 0))),
    SAMPLE_EVERY_IN_MILLISECONDS,
  );
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(sampling);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`the start ended with code ${code}: ${last}`);
  return {
    seconds: (performance.now() - since) / 1000,
    peakMegabytes: Math.round(peak / 1024),
    report: JSON.parse(last) as StartReport,
  };
}

/** Kilobytes of a process and all its descendants. */
function memoryOfTree(root: number): number {
  return processTree(root).reduce((total, pid) => total + memoryOf(pid), 0);
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 3);
  const results: { first: Measured; second: Measured }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const data = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
    const first = await start(data);
    const second = await start(data);
    results.push({ first, second });
    rmSync(postgresFolder(data), { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
    const embedded = first.report.chunks?.embedded ?? 0;
    console.log(
      `round ${round}: first ${first.seconds.toFixed(1)} s, ${first.peakMegabytes} MB (embed ${first.report.seconds.embed} s, ` +
        `${embedded} chunks); second ${second.seconds.toFixed(1)} s, ${second.peakMegabytes} MB`,
    );
  }
  console.log(
    JSON.stringify({
      bench: 'start',
      rounds,
      firstSeconds: median(results.map(({ first }) => first.seconds)),
      secondSeconds: median(results.map(({ second }) => second.seconds)),
      firstToSecond: median(results.map(({ first, second }) => first.seconds / second.seconds)),
      peakMegabytes: Math.max(...results.flatMap(({ first, second }) => [first.peakMegabytes, second.peakMegabytes])),
      chunks: results[0]?.first.report.chunks?.embedded,
    }),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
