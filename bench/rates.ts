/**
 * Measures what a run uses for each GB, and a question for each answer: the rates of `npm run cost`. Runs of generated files
 * on the local platform, with the local encoder, and with a stand-in for a hosted model that answers at once, so that only
 * the work around the model is measured.
 * Run: npm run bench:rates -- [--documents 72] [--narrow 3] [--hosted 8]       megabytes of each file; 0 leaves it out
 * Writes docs/benchmarks/rates.json, with machine and date. Some minutes on two cores.
 */
import { createServer, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPostgres } from '../lib/database/postgres';
import type { PaidAnswer } from '../lib/answering/answer';
import { hasEnded, type RunDetail } from '../lib/runs/run';
import { createAzureStorage } from '../lib/storage/azureStorage';
import { readDeployment } from '../local/cost/deployment';
import { machineLoad, thisMachine } from '../local/cost/thisMachine';
import { measureRun } from '../local/cost/measureRun';
import type { MeasuredRun, Rates } from '../local/cost/rates';
import { postgresFolder } from '../local/postgres/postgres';
import { startPlatform, stopPlatform, type Platform } from './platform/localPlatform';
import { contractOf, DATASETS, type DatasetName } from './transform/input/datasets';
import { generateFile } from './transform/input/generate';

const PROJECT = path.resolve(__dirname, '../..');
const RATES = path.join(PROJECT, 'docs/benchmarks/rates.json');
const DATE = '2026-01-01';
const POLL_IN_MILLISECONDS = 2000;
const DIMENSIONS = 1536;
/** Texts and prompts of which tokens are counted. */
const SAMPLE_LENGTH = 2000;
/** The encodings of text-embedding-3-small and of the gpt-5 models. */
const EMBEDDING_ENCODING = 'cl100k_base';
const CHAT_ENCODING = 'o200k_base';

const QUESTIONS = [
  'What was decided about the budget?',
  'Who wrote about the new technology?',
  'Which law was changed in that year?',
  'How did the season end for the team?',
  'What do the figures say about health?',
];

interface StandIn {
  server: Server;
  url: string;
  /** The first texts that it embedded, and the prompts that it answered. */
  texts: string[];
  prompts: string[];
}

/** Answers embedding requests with one vector for all texts, and chats with a few words, both at once. */
async function startStandIn(): Promise<StandIn> {
  const texts: string[] = [];
  const prompts: string[] = [];
  const embedding = Array.from({ length: DIMENSIONS }, (_, index) => Number(Math.sin(index + 1).toFixed(4)));
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as {
        input?: string[];
        messages?: { content: string }[];
      };
      if (body.input) {
        texts.push(...body.input.slice(0, Math.max(0, SAMPLE_LENGTH - texts.length)));
        const data = body.input.map((_, index) => ({ index, embedding }));
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ data, usage: { prompt_tokens: 0, total_tokens: 0 } }));
        return;
      }
      prompts.push((body.messages ?? []).map(({ content }) => content).join('\n'));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const choice = { index: 0, delta: { content: 'Nothing is known [1].' }, finish_reason: 'stop' };
      response.end(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, texts, prompts };
}

async function tokensOf(texts: string[], encodingName: 'cl100k_base' | 'o200k_base'): Promise<number> {
  // Its types count as an ES module's.
  const { getEncoding } = await import('js-tiktoken');
  const encoding = getEncoding(encodingName);
  const tokens = texts.reduce((sum, text) => sum + encoding.encode(text, [], []).length, 0);
  return Number((tokens / texts.length).toFixed(1));
}

/** Runs `use` on a new platform that has the file of a dataset in its lake. */
async function withPlatform<Result>(
  name: DatasetName,
  megabytes: number,
  settings: Record<string, string>,
  use: (platform: Platform, call: Call) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
  const dataDirectory = path.join(folder, 'data');
  try {
    mkdirSync(path.join(folder, 'contracts'));
    writeFileSync(path.join(folder, 'contracts', `${name}.yaml`), contractOf(DATASETS[name]));
    const file = path.join(folder, 'input.csv');
    generateFile(name, megabytes * 1e6, file);
    const platform = await startPlatform(dataDirectory, {
      CONTRACTS_DIRECTORY: path.join(folder, 'contracts'),
      ...settings,
    });
    try {
      const store = createAzureStorage({ connectionString: platform.state.settings.LAKE_CONNECTION_STRING ?? '' });
      await store.ensureContainer('raw');
      await store.upload('raw', `${name}/${DATE}/input.csv`, file);
      return await use(platform, callerOf(platform));
    } finally {
      await stopPlatform(platform);
    }
  } finally {
    rmSync(postgresFolder(dataDirectory), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

type Call = (target: string, body?: object) => Promise<unknown>;

function callerOf({ state }: Platform): Call {
  const headers = { authorization: `Bearer ${state.settings.LOCAL_TOKEN}`, 'content-type': 'application/json' };
  return async (target, body) => {
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${state.urls.api}/${target}`, request);
    if (!response.ok) throw new Error(`${target} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
}

async function measure(
  { state }: Platform,
  call: Call,
  name: DatasetName,
  embedding: MeasuredRun['embedding'],
): Promise<MeasuredRun> {
  const { id } = (await call('runs', { dataset: name, date: DATE })) as { id: string };
  let run: RunDetail;
  do {
    await pause(POLL_IN_MILLISECONDS);
    run = (await call(`runs/${id}`)) as RunDetail;
  } while (!hasEnded(run.status));
  const { LAKE_CONNECTION_STRING: connectionString = '', POSTGRES_URL: postgresUrl = '' } = state.settings;
  const database = createPostgres(postgresUrl);
  try {
    const store = createAzureStorage({ connectionString });
    return await measureRun(run, embedding, {
      store,
      containers: { raw: 'raw', processed: 'processed-data' },
      database,
    });
  } finally {
    await database.close();
  }
}

async function measureAnswers(call: Call, { prompts }: StandIn): Promise<NonNullable<Rates['answer']>> {
  let activeSeconds = 0;
  // The first question fills caches and opens connections.
  await call('ask', { question: QUESTIONS[0] });
  for (const question of QUESTIONS) {
    const { usage } = (await call('ask', { question })) as PaidAnswer;
    activeSeconds += usage.gigabyteSeconds / MEMORY_IN_GIGABYTES;
  }
  return {
    activeSeconds: Number((activeSeconds / QUESTIONS.length).toFixed(3)),
    promptTokens: await tokensOf(prompts, CHAT_ENCODING),
    promptEncoding: CHAT_ENCODING,
    questions: QUESTIONS.length,
  };
}

/** The default of INSTANCE_MEMORY_MEGABYTES. */
const MEMORY_IN_GIGABYTES = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      documents: { type: 'string', default: '72' },
      narrow: { type: 'string', default: '3' },
      hosted: { type: 'string', default: '8' },
    },
  });
  const before = machineLoad();
  const runs: MeasuredRun[] = [];
  const tokensPerChunk: Rates['tokensPerChunk'] = {};
  let answer: Rates['answer'];
  const say = (run: MeasuredRun): void => {
    runs.push(run);
    console.log(`${run.dataset}, embedding ${run.embedding}: ${run.chunks} chunks, ${run.wallSeconds} s`);
  };
  for (const name of ['documents', 'narrow'] as const) {
    const megabytes = Number(values[name]);
    if (megabytes > 0) {
      say(await withPlatform(name, megabytes, {}, (platform, call) => measure(platform, call, name, 'local')));
    }
    const hosted = name === 'documents' ? Number(values.hosted) : Math.min(megabytes, Number(values.hosted) / 10);
    if (hosted <= 0) continue;
    const standIn = await startStandIn();
    const settings = {
      EMBEDDING_PROVIDER: 'openai',
      ANSWER_PROVIDER: 'openai',
      EMBEDDING_DIMENSIONS: String(DIMENSIONS),
      OPENAI_BASE_URL: standIn.url,
      OPENAI_API_KEY: 'stand-in',
      OPENAI_CHAT_MODEL: 'stand-in',
    };
    await withPlatform(name, hosted, settings, async (platform, call) => {
      say(await measure(platform, call, name, 'none'));
      if (name === 'documents') answer = await measureAnswers(call, standIn);
    }).finally(() => standIn.server.close());
    const tokens = await tokensOf(standIn.texts, EMBEDDING_ENCODING);
    tokensPerChunk[name] = { tokens, encoding: EMBEDDING_ENCODING, chunks: standIn.texts.length };
  }
  const { activitiesSideBySide } = readDeployment(PROJECT, 'staging');
  const rates: Rates = {
    measuredAt: new Date().toISOString().slice(0, 10),
    machine: thisMachine(activitiesSideBySide, before),
    runs,
    tokensPerChunk,
    ...(answer && { answer }),
  };
  writeFileSync(RATES, `${JSON.stringify(rates, null, 2)}\n`);
  console.log(`${path.relative(PROJECT, RATES)} is written.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
