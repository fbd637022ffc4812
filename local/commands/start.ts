import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import type { ProblemCode } from '../../lib/problems/codes';
import { describeProblem } from '../../lib/problems/describeProblem';
import { diskFullLine } from '../../lib/problems/diskFull';
import { diskFullError } from '../../lib/problems/diskFullError';
import { PipelineError, toProblem, type Problem } from '../../lib/problems/problem';
import { fullDiskError } from '../../lib/storage/diskSpace';
import { SAMPLE_DATASET, SAMPLE_DATE, SAMPLE_QUESTION } from '../../samples/stateOfTheUnion';
import { dropSample } from './dropSample';
import { followRun } from '../followRun';
import { ApiProblem, pipelineApi } from '../pipelineApi';
import { findLayout } from '../platform/layout';
import { startPlatform, type RunningPlatform } from '../platform/platform';
import { announceStart } from '../terminal/announce';
import { emptyReport, reportAnswer, reportFailure, reportRun, type Report } from '../terminal/report';
import { createRunDisplay } from '../terminal/runDisplay';
import { complain, print } from '../terminal/print';

const HELP = `npm start -- [options]
  --once               ingest, answer, and exit
  --json               last line on stdout is one JSON object; progress goes to stderr
  --question "..."     ask this instead of "${SAMPLE_QUESTION}"
  --no-ingest          only start the platform
  --trace              keep traces in the data folder; the page of a run draws them
`;

const STOPPED = 130;

interface Command {
  options: { once?: boolean; 'no-ingest'?: boolean; trace?: boolean };
  report: Report;
  /** With --json, prints the report as JSON. Only the first call prints. */
  printReport: () => void;
  screen: NodeJS.WriteStream;
  say: (line: string) => void;
  since: number;
}

async function main(): Promise<number> {
  // What the platform and its servers write is for its owner only.
  process.umask(0o077);
  const since = performance.now();
  // A closed terminal or pipe (`npm start | head`) must not prevent the orderly stop of the started processes.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const isJson = process.argv.includes('--json');
  const screen = isJson ? process.stderr : process.stdout;
  const report = emptyReport({ dataset: SAMPLE_DATASET, date: SAMPLE_DATE, question: SAMPLE_QUESTION });
  let isPrinted = !isJson;
  const printReport = (): void => {
    if (isPrinted) return;
    isPrinted = true;
    report.json.seconds.total = secondsSince(since);
    print(JSON.stringify(report.json));
  };
  const say = (line: string): void => print(line, screen);
  const fail = async (error: unknown): Promise<number> => {
    const problem = await orDiskFull(error instanceof ApiProblem ? error.problem : toProblem(error));
    report.json.error ??= problem;
    complain(`\n${problem.code === 'INTERNAL' ? problem.message : describeProblem(problem)}`);
    printReport();
    return 1;
  };
  // What no caller waits for, like a stream that can't be written. The started processes are stopped when this one ends.
  process.on('uncaughtException', (error) => void fail(error).then((code) => process.exit(code)));
  try {
    const options = readOptions();
    if (options.help) {
      print(HELP.trimEnd());
      return 0;
    }
    report.json.question = options.question;
    return await run({ options, report, printReport, screen, say, since });
  } catch (error) {
    return await fail(error);
  }
}

/** A service on a full disk says only that it can't, or ends. */
async function orDiskFull(problem: Problem): Promise<Problem> {
  if (!MAY_BE_OF_A_FULL_DISK.has(problem.code) && !problem.retryable) return problem;
  const full = await fullDiskError({ data: findLayout().dataDirectory, temporary: tmpdir() }, problem);
  return full ? toProblem(full) : problem;
}

const MAY_BE_OF_A_FULL_DISK = new Set<ProblemCode>(['INTERNAL', 'RUN_FAILED', 'SERVICE_DIED', 'SERVICE_NOT_STARTED']);

function readOptions() {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        'no-ingest': { type: 'boolean' },
        trace: { type: 'boolean' },
        question: { type: 'string', default: SAMPLE_QUESTION },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new PipelineError('OPTION_INVALID', cause instanceof Error ? cause.message : String(cause), {
      remedy: `Usage: ${HELP}`,
      cause,
    });
  }
}

async function run(command: Command): Promise<number> {
  const { options, report, printReport, say } = command;
  const { stopAsked, abandon } = listenForStop(say);
  say('Pipeline-X: starting the local platform');
  const platform = await startPlatform(findLayout(), announceStart(say), abandon, {
    keepsTraces: options.trace === true,
  }).catch((error: unknown) => {
    if (abandon.aborted) return undefined;
    throw error;
  });
  if (!platform) return interrupted(command);
  report.json.urls = platform.urls;
  report.json.seconds.platform = secondsSince(command.since);
  const ended = platform.failed.then((failure) => ({ kind: 'failed' as const, failure }));
  try {
    const job = options['no-ingest'] ? Promise.resolve(0) : doTheJob(platform, command);
    const done = job.then((code) => ({ kind: 'done' as const, code }), unless(ended));
    const first = await Promise.race([done, ended, stopAsked]);
    if (first.kind === 'failed') throw death(first.failure);
    if (first.kind === 'stop') return interrupted(command);
    printReport();
    if (options.once) return first.code;
    say(`\nThe platform keeps running: ${platform.entry}  (Ctrl-C stops it)`);
    const last = await Promise.race([ended, stopAsked]);
    if (last.kind === 'failed') throw death(last.failure);
    return 0;
  } finally {
    say('stopping');
    await platform.stop();
  }
}

const DEATH_IS_NOTICED_IN_MILLISECONDS = 2000;

/** When a call fails because its server has just died, the death is reported instead of the failed call. */
function unless(ended: Promise<unknown>): (error: unknown) => Promise<never> {
  return async (error) => {
    const isDead = await Promise.race([
      ended.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), DEATH_IS_NOTICED_IN_MILLISECONDS)),
    ]);
    if (isDead) return new Promise<never>(() => undefined);
    throw error;
  };
}

async function doTheJob(platform: RunningPlatform, { report, screen, say, since }: Command): Promise<number> {
  const api = pipelineApi(platform.urls.api ?? '', platform.settings.LOCAL_TOKEN ?? '');
  const { files, records } = await dropSample(platform.settings);
  say(`\nSample: ${records} records in ${files} files in raw/${SAMPLE_DATASET}/${SAMPLE_DATE}/`);
  const { id, wasUnderWay } = await api.startRun(SAMPLE_DATASET, SAMPLE_DATE);
  say(`${wasUnderWay ? 'Continuing' : 'Started'} ${id}`);
  const display = createRunDisplay(screen);
  const ended = await followRun(api, id, {
    show: (run) => {
      reportRun(report, run);
      display.show(run);
    },
    finish: (run) => display.finish(run),
  });
  reportRun(report, ended);
  if (ended.status === 'Completed') {
    const askedAt = performance.now();
    const answer = await api.ask(report.json.question, SAMPLE_DATASET);
    reportAnswer(report, answer, secondsSince(askedAt));
    say(report.text());
  } else say(reportFailure(ended));
  say(`Took ${secondsSince(since).toFixed(1)} s in all.`);
  return ended.status === 'Completed' ? 0 : 1;
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 10) / 100;
}

/** `stopAsked` and `abandon` report the same stop: the promise is for races, the signal for sequential waits. */
function listenForStop(say: (line: string) => void): { stopAsked: Promise<{ kind: 'stop' }>; abandon: AbortSignal } {
  const stopping = new AbortController();
  const stopAsked = new Promise<{ kind: 'stop' }>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve({ kind: 'stop' }));
  });
  let asked = 0;
  const stop = (): void => {
    asked += 1;
    if (asked === 1) stopping.abort(new PipelineError('STOPPED', 'The start was cancelled.'));
    if (asked === 2) say('still stopping; press Ctrl-C again to stop at once');
    if (asked > 2) process.exit(STOPPED);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  whenNpmIsGone(() => asked === 0 && stop());
  return { stopAsked, abandon: stopping.signal };
}

const PARENT_CHECK_IN_MILLISECONDS = 500;

/** npm sends SIGTERM to the shell between npm and this process. Most shells end on it and do not pass it on. */
function whenNpmIsGone(gone: () => void): void {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  setInterval(() => process.ppid !== parent && gone(), PARENT_CHECK_IN_MILLISECONDS).unref();
}

function interrupted({ report, printReport }: Command): number {
  report.json.error ??= {
    code: 'STOPPED',
    message: 'The command was stopped before it got an answer.',
  } satisfies Problem;
  printReport();
  return STOPPED;
}

function death({ name, how, lastLines }: { name: string; how: string; lastLines: string }): PipelineError {
  const full = diskFullLine(lastLines);
  if (full !== undefined) {
    const where = { file: findLayout().dataDirectory };
    return diskFullError(`${name} ended (${how}), because its disk`, { found: full, where });
  }
  return new PipelineError(
    'SERVICE_DIED',
    `${name} ended unexpectedly (${how}), also after it was restarted. Its last lines:\n${lastLines}\n`,
    {
      remedy: `All other services were stopped. No data is lost: \`npm start\` continues from here. Logs are in ${findLayout().logs}.`,
    },
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
