import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createApp, type App } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import { followRun } from '../../local/followRun';
import { localSecrets } from '../../local/platform/secrets';
import { pipelineApi } from '../../local/pipelineApi';
import { layoutOf } from '../../local/platform/layout';
import {
  functionsService,
  postgresService,
  storageService,
  vectorService,
  type Service,
} from '../../local/platform/services';
import { anyFreePort } from '../../local/ports';
import { postgresFolder } from '../../local/postgres/postgres';
import {
  findChangedDates,
  findDisagreements,
  findWrongRows,
  SAMPLE_CONTRACT,
  writePartition,
  type ExpectedPartition,
} from './partition';
import { seededRandom } from './seededRandom';

/**
 * Kills the Functions host (SIGKILL) at random moments of runs over several files, starts it again, lets the run end, and
 * compares every store with the content of the files. With `--signal SIGTERM` the host is asked to stop instead; with
 * `--drain-seconds 0` it then waits for no activity, so that each stop interrupts the work that is under way.
 * Usage: node dist/bench/reliability/killAtRandom.js [--kills 100] [--seed 1] [--signal SIGTERM] [--drain-seconds 0]
 * Prints a line for each kill and one line of JSON. Exit code 1 when a store differs or too few kills hit a run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      signal: { type: 'string', default: 'SIGKILL' },
      'drain-seconds': { type: 'string' },
    },
  });
  const signal = values.signal as NodeJS.Signals;
  if (signal !== 'SIGKILL' && signal !== 'SIGTERM') throw new Error(`--signal is ${String(signal)}`);
  const kills = Number(values.kills);
  const random = seededRandom(Number(values.seed));
  const data = mkdtempSync(path.join(tmpdir(), 'pipeline-x-kills-'));
  const layout = layoutOf(path.resolve(__dirname, '../../..'), data);
  const temporaryDirectory = path.join(data, 'temporary');
  mkdirSync(temporaryDirectory);
  const secrets = localSecrets(data);
  const ports = { blob: await anyFreePort(), queue: await anyFreePort(), table: await anyFreePort() };
  const grounds = await Promise.all([
    storageService(layout, {}, { ports, accountKey: secrets.storageKey }),
    postgresService(layout, {}, await anyFreePort()),
    vectorService(layout, {}, { port: await anyFreePort(), apiKey: secrets.vectorKey }),
  ]);
  const { token } = secrets;
  const settings: Record<string, string> = {
    INGEST_SCHEDULE: '0 0 1 * * *',
    TEMPORARY_DIRECTORY: temporaryDirectory,
    LOCAL_TOKEN: secrets.token,
    ...(Object.assign({}, ...grounds.map((service) => service.settings)) as Record<string, string>),
  };
  process.env.PIPELINE_HOST = 'own';
  process.chdir(layout.appDirectory);
  const app = createApp(readConfig(settings));
  const startHost = async (): Promise<Service> =>
    functionsService(layout, settings, {
      port: await anyFreePort(),
      hostKey: secrets.hostKey,
      drainSeconds: values['drain-seconds'],
    });
  let host: Service | undefined;
  let hits = 0;
  let wrongAtTheEnd: number;
  const committed = new Map<string, ExpectedPartition>();
  const outcomes: { moment: number; step: string; disagreements: string[] }[] = [];
  try {
    await app.lakehouse.store.ensureContainer(app.lakehouse.containers.raw);
    host = await startHost();
    // The first run compiles and loads; the second one tells how long a run takes.
    await runOnce(app, host, '2000-01-01', committed, token);
    let typical = await runOnce(app, host, '2000-01-02', committed, token);
    console.log(`one run without a kill: ${typical} ms`);
    for (let kill = 1; hits < kills && kill <= kills * 3; kill++) {
      // Every third time an old date is run again, with other content.
      const date = dateOf(kill % 3 === 0 ? kill - 2 : kill);
      const expected = await writePartition(app, date, kill);
      committed.set(date, expected);
      const api = pipelineApi(`${host.url}/api`, token);
      const { id } = await api.startRun(SAMPLE_CONTRACT, date);
      const moment = Math.round(random() * typical);
      await new Promise((resolve) => setTimeout(resolve, moment));
      const before = await api.run(id).catch(() => undefined);
      // If a run was faster than usual, it has already ended: the kill then proves little and does not count.
      const isUnderWay = before?.status !== 'Completed';
      if (isUnderWay) hits += 1;
      else typical = Math.round((typical + moment) / 2);
      const step = isUnderWay ? (before?.step ?? 'start') : 'over';
      host.child?.process.kill(signal);
      await host.child?.ended;
      host = await startHost();
      const run = await followRun(pipelineApi(`${host.url}/api`, token), id, {
        show: () => undefined,
        finish: () => undefined,
      });
      const disagreements = await findDisagreements(app, date, expected, run);
      disagreements.push(...(await findChangedDates(app, committed)));
      const left = readdirSync(temporaryDirectory).filter((name) => !name.startsWith('.'));
      if (left.length > 0) disagreements.push(`temporary files: ${left.join(', ')}`);
      outcomes.push({ moment, step, disagreements });
      console.log(`kill ${kill} after ${moment} ms (${step}), ${date}: ${disagreements.join('; ') || 'all agree'}`);
    }
    const wrong: string[] = [];
    for (const [date, expected] of committed) wrong.push(...(await findWrongRows(app, date, expected)));
    console.log(`all ${committed.size} dates at the end: ${wrong.join('; ') || 'all agree'}`);
    wrongAtTheEnd = wrong.length;
  } finally {
    await host?.stop();
    await app.close();
    for (const service of grounds) await service.stop();
    rmSync(postgresFolder(data), { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
  }
  const bad = outcomes.filter(({ disagreements }) => disagreements.length > 0);
  const steps = outcomes.reduce<Record<string, number>>((counts, { step }) => {
    return { ...counts, [step]: (counts[step] ?? 0) + 1 };
  }, {});
  const totals = { kills: outcomes.length, hits, disagreed: bad.length, wrongAtTheEnd, steps };
  console.log(JSON.stringify({ bench: 'killAtRandom', signal, ...totals }));
  process.exitCode = bad.length === 0 && wrongAtTheEnd === 0 && hits >= kills ? 0 : 1;
}

/** Milliseconds of one run from its start to its end. */
async function runOnce(
  app: App,
  host: Service,
  date: string,
  committed: Map<string, ExpectedPartition>,
  token: string,
): Promise<number> {
  committed.set(date, await writePartition(app, date, 0));
  const api = pipelineApi(`${host.url}/api`, token);
  const since = performance.now();
  const { id } = await api.startRun(SAMPLE_CONTRACT, date);
  await followRun(api, id, { show: () => undefined, finish: () => undefined });
  return Math.round(performance.now() - since);
}

function dateOf(kill: number): string {
  return new Date(Date.UTC(2001, 0, kill)).toISOString().slice(0, 10);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
