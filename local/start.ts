import { parseArgs } from 'node:util';
import { SAMPLE_DATASET, SAMPLE_DATE, SAMPLE_QUESTION } from '../samples/stateOfTheUnion';
import { followRun } from './followRun';
import { pipelineApi } from './pipelineApi';
import { findLayout } from './platform/layout';
import { startPlatform, type RunningPlatform } from './platform/platform';
import { reportAnswer, reportFailure, startReport } from './terminal/report';
import { announceStart } from './terminal/announce';
import { createRunDisplay } from './terminal/runDisplay';
import { dropSample } from './dropSample';

const HELP = `npm start -- [options]
  --once               ingest, answer, and exit
  --json               last line on stdout is one JSON object; progress goes to stderr
  --question "..."     ask this instead of "${SAMPLE_QUESTION}"
  --no-ingest          only bring the platform up
`;

async function main(): Promise<number> {
  const since = performance.now();
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' },
      json: { type: 'boolean' },
      'no-ingest': { type: 'boolean' },
      question: { type: 'string', default: SAMPLE_QUESTION },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const screen = values.json ? process.stderr : process.stdout;
  const say = (line: string): void => void screen.write(`${line}\n`);
  const stopAsked = listenForStop(say);

  say('Pipeline-X: bringing up the local platform');
  const platform = await startPlatform(findLayout(), announceStart(say));
  const platformSeconds = (performance.now() - since) / 1000;
  const ended = platform.failed.then((failure) => ({ kind: 'failed' as const, failure }));
  try {
    const job = values['no-ingest']
      ? Promise.resolve(0)
      : doTheJob(platform, { ...values, since, platformSeconds, screen, say });
    const done = job.then((code) => ({ kind: 'done' as const, code }), unless(ended));
    const first = await Promise.race([done, ended, stopAsked]);
    if (first.kind === 'failed') return reportDeath(first.failure);
    if (first.kind === 'stop') return 130;
    if (values.once) return first.code;
    say(`\nThe platform stays up: ${platform.urls.web}  (Ctrl-C ends it)`);
    const last = await Promise.race([ended, stopAsked]);
    return last.kind === 'failed' ? reportDeath(last.failure) : 0;
  } finally {
    say('stopping');
    await platform.stop();
  }
}

const DEATH_IS_HEARD_IN_MILLISECONDS = 2000;

/** A call that fails because its server has just died: the death is the better story. */
function unless(ended: Promise<unknown>): (error: unknown) => Promise<never> {
  return async (error) => {
    const isDead = await Promise.race([
      ended.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), DEATH_IS_HEARD_IN_MILLISECONDS)),
    ]);
    if (isDead) return new Promise<never>(() => undefined);
    throw error;
  };
}

interface Job {
  json?: boolean;
  question: string;
  since: number;
  platformSeconds: number;
  screen: NodeJS.WriteStream;
  say: (line: string) => void;
}

async function doTheJob(platform: RunningPlatform, job: Job): Promise<number> {
  const api = pipelineApi(platform.urls.api ?? '');
  const { files, records } = await dropSample(platform.settings);
  job.say(`\nSample: ${records} records in ${files} files in raw/${SAMPLE_DATASET}/${SAMPLE_DATE}/`);
  const { id, wasUnderWay } = await api.startRun(SAMPLE_DATASET, SAMPLE_DATE);
  job.say(`${wasUnderWay ? 'Going on with' : 'Started'} ${id}`);
  const run = await followRun(api, id, createRunDisplay(job.screen));
  const report = startReport(run, job.question, platform);
  let code = 0;
  if (run.status === 'Completed') {
    const askedAt = performance.now();
    const answer = await api.ask(job.question, SAMPLE_DATASET);
    reportAnswer(report, answer, (performance.now() - askedAt) / 1000);
    job.say(report.text());
  } else {
    job.say(reportFailure(run));
    code = 1;
  }
  report.json.seconds.platform = round(job.platformSeconds);
  report.json.seconds.total = round((performance.now() - job.since) / 1000);
  job.say(`Took ${report.json.seconds.total.toFixed(1)} s in all.`);
  if (job.json) process.stdout.write(`${JSON.stringify(report.json)}\n`);
  return code;
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

function listenForStop(say: (line: string) => void): Promise<{ kind: 'stop' }> {
  return new Promise((resolve) => {
    let asked = 0;
    const stop = (): void => {
      asked += 1;
      if (asked === 1) resolve({ kind: 'stop' });
      if (asked === 2) say('still stopping; once more ends it at once');
      if (asked > 2) process.exit(130);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', stop);
  });
}

function reportDeath({ name, how, lastLines }: { name: string; how: string; lastLines: string }): number {
  process.stderr.write(
    `\n${name} ended unexpectedly (${how}). Its last lines:\n${lastLines}\n` +
      'All else is stopped. Nothing is lost: `npm start` goes on where it was. Logs are in .local/logs/.\n',
  );
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
