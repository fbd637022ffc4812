import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp, type App } from '../../../lib/app';
import { ask } from '../../../lib/answering/ask';
import { answer as answerSchema } from '../../../lib/api/ask';
import { runDetail } from '../../../lib/api/runs';
import { usageDays } from '../../../lib/api/usage';
import { readConfig } from '../../../lib/config/readConfig';
import { performStep } from '../../../lib/ingest/perform/performStep';
import { showRun } from '../../../lib/ingest/showRun';
import { rawFolder } from '../../../lib/lakehouse/paths';
import { describeDays } from '../../../lib/runs/describeUsage';
import { newHistory, runIngest } from '../../support/faults/runIngest';
import { contractText } from '../../support/lake';
import { startOpenAiServer, type OpenAiServer, type PreparedAnswer } from '../../support/openAiServer';
import { appSettings } from '../../support/appSettings';
import { createTestDatabase, uniqueName, type TestDatabase } from '../../support/servers';

const DATE = '2026-01-31';
const DIMENSIONS = 8;
const EMBEDDING_TOKENS = 5;
const CHAT_USAGE = { prompt_tokens: 900, prompt_tokens_details: { cached_tokens: 400 }, completion_tokens: 60 };
const HEADER = 'id,title,n,day,body\n';

/** A service that embeds, and answers with a quotation; both report their tokens. */
function modelService(path: string, body: Record<string, unknown>): PreparedAnswer {
  if (path.endsWith('/embeddings')) {
    const data = (body.input as string[]).map((_, index) => ({ index, embedding: Array<number>(DIMENSIONS).fill(1) }));
    return { body: { data, model: body.model, usage: { prompt_tokens: EMBEDDING_TOKENS * data.length } } };
  }
  const chunk = (more: object) => ({ choices: [], ...more });
  const text = (content: string) => chunk({ choices: [{ delta: { content }, finish_reason: null, index: 0 }] });
  const end = chunk({ choices: [{ delta: {}, finish_reason: 'stop', index: 0 }] });
  return { body: [text('The debt fell [1].'), end, chunk({ usage: CHAT_USAGE })] };
}

let folder: string;
let test: TestDatabase;
let models: OpenAiServer;
let app: App;
const dataset = uniqueName('paid');

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'usage-'));
  await writeFile(path.join(folder, `${dataset}.yaml`), contractText({ dataset }));
  test = await createTestDatabase();
  models = await startOpenAiServer(({ path, body }) => modelService(path, body));
  const name = uniqueName('usage');
  app = createApp(
    readConfig({
      ...appSettings({ name, folder, database: test, dimensions: DIMENSIONS, modelUrl: models.url }),
      ANSWER_PROVIDER: 'openai',
      OPENAI_CHAT_MODEL: 'gpt-5-mini',
      INSTANCE_MEMORY_MEGABYTES: '4096',
      DUCKDB_MEMORY_MEGABYTES: '512',
    }),
  );
  const { raw } = app.lakehouse.containers;
  await app.lakehouse.store.ensureContainer(raw);
  const rows = 'a-1,Debt,1,,The debt fell by a fifth in that year.\na-2,Army,2,,The army grew.\n';
  await app.lakehouse.store.write(raw, `${rawFolder(dataset, DATE)}a.csv`, `${HEADER}${rows}`);
});
afterAll(async () => {
  await app.close();
  await Promise.all([models.close(), test.drop(), rm(folder, { recursive: true, force: true })]);
});

const show = async () => {
  const orchestration = { state: () => Promise.resolve(undefined) } as never;
  return runDetail.parse(await showRun(app, orchestration, `ingest-${dataset}-${DATE}`));
};
const attemptsInTable = async (): Promise<number> => {
  const [row] = await test.database.query<{ count: number }>('select count(*) from run_usage');
  return row?.count ?? NaN;
};

describe('what a run used', () => {
  const history = newHistory();

  it('is shown by step and in total, with its money', async () => {
    await runIngest(app.steps, { dataset, date: DATE }, { history });
    const { usage, status } = await show();
    expect(status).toBe('Completed');
    const step = (name: string) => usage?.steps.find((one) => one.step === name);
    expect(usage?.steps.map(({ step: name }) => name)).toEqual([
      'ensureRun',
      'extractSource',
      'planRun',
      'transformRange',
      'evaluateRun',
      'commitRun',
      'loadDocuments',
      'removeStaleDocuments',
      'embedDocuments',
      'removeStaleVectors',
      'reconcileRun',
      'discardRun',
      'concludeRun',
    ]);
    expect(step('transformRange')?.bytesRead).toBeGreaterThan(100);
    expect(step('transformRange')?.storageWrites).toBeGreaterThan(0);
    expect(step('loadDocuments')?.sqlStatements).toBeGreaterThan(2);
    expect(step('embedDocuments')).toMatchObject({ attempts: 1, failures: 0, vectorPointsWritten: 2 });
    expect(step('embedDocuments')?.models).toEqual([
      {
        model: 'text-embedding-3-small',
        isInApp: false,
        calls: 1,
        unreportedCalls: 0,
        inputTokens: 2 * EMBEDDING_TOKENS,
        cachedTokens: 0,
        outputTokens: 0,
      },
    ]);
    const total = usage?.total;
    expect(total).toMatchObject({ attempts: 13, failures: 0 });
    expect(total?.gigabyteSeconds).toBeCloseTo(4 * (total?.activeSeconds ?? NaN), 6);
    expect(total?.money.models).toBeCloseTo((2 * EMBEDDING_TOKENS * 0.02) / 1e6, 12);
    expect(total?.money).toMatchObject({ currency: 'USD', unpriced: [] });
  });

  it('does not grow when the orchestrator is replayed: the steps that have results are not done again', async () => {
    const before = await attemptsInTable();
    await runIngest(app.steps, { dataset, date: DATE }, { history });
    expect(await attemptsInTable()).toBe(before);
  });

  it('has the attempts that failed too, because they are paid', async () => {
    const key = { dataset, date: DATE, runId: (await show()).runId ?? '' };
    const { length } = (await show()).usage?.steps ?? [];
    const log = { warn: () => undefined };
    const outcome = performStep(app.steps, 'loadDocuments', { ...key, task: 7 }, log);
    await expect(outcome).rejects.toThrow('LAKE_PART_NOT_FOUND');
    const { usage } = await show();
    expect(usage?.steps).toHaveLength(length);
    const step = usage?.steps.find((one) => one.step === 'loadDocuments');
    expect(step).toMatchObject({ attempts: 2, failures: 1 });
    expect(usage?.total).toMatchObject({ attempts: 14, failures: 1 });
  });

  it('leaves the outcome of a step as it is when the record cannot be written', async () => {
    const warnings: string[] = [];
    const key = { dataset, date: DATE, runId: (await show()).runId ?? '' };
    const usages = { ...app.steps.usages, recordStep: () => Promise.reject(new Error('no disk')) };
    const log = { warn: (line: string) => void warnings.push(line) };
    const outcome = await performStep({ ...app.steps, usages }, 'removeStaleVectors', { ...key, chunks: 2 }, log);
    expect(outcome).toMatchObject({ ok: true });
    expect(warnings).toEqual([expect.stringContaining('The usage of removeStaleVectors was not recorded')]);
  });

  it('goes with the record of the run', async () => {
    const key = { dataset, date: '2026-02-01', runId: 'gone' };
    await performStep(app.steps, 'discardRun', key, { warn: () => undefined });
    const [row] = await test.database.query<{ count: number }>(`select count(*) from run_usage where run_id = 'gone'`);
    expect(row?.count).toBe(0);
  });
});

describe('what an answer used', () => {
  const question = 'By how much did the secret debt fall?';

  it('is in the answer, with the tokens that the services reported, and in a record without the question', async () => {
    const events = await ask(app, { question, access: 'everything', filters: { dataset } }, 'ada');
    let answered: unknown;
    for await (const event of events) if (event.type === 'answer') answered = event.answer;
    const { usage } = answerSchema.parse(answered);
    expect(usage.models).toEqual([
      expect.objectContaining({ model: 'text-embedding-3-small', inputTokens: EMBEDDING_TOKENS }),
      expect.objectContaining({ model: 'gpt-5-mini', inputTokens: 900, cachedTokens: 400, outputTokens: 60 }),
    ]);
    const chat = 500 * 0.25 + 400 * 0.025 + 60 * 2;
    expect(usage.money.models).toBeCloseTo((chat + EMBEDDING_TOKENS * 0.02) / 1e6, 12);
    const rows = await test.database.query<{ has_succeeded: boolean }>('select * from answer_usage');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ has_succeeded: true });
    expect(JSON.stringify(rows)).not.toMatch(/secret|debt|ada/);
  });

  it('is recorded of a question without an answer too', async () => {
    const answerer = {
      model: 'm',
      // eslint-disable-next-line require-yield
      async *stream(): AsyncGenerator<never> {
        throw new Error('no model');
      },
    };
    const events = await ask({ ...app, answerer }, { question, access: 'everything', filters: { dataset } }, 'ada');
    await expect(events.next()).rejects.toThrow('no model');
    const rows = await test.database.query<{ has_succeeded: boolean }>('select * from answer_usage order by id');
    expect(rows.map((row) => row.has_succeeded)).toEqual([true, false]);
  });
});

describe('the sums of a day', () => {
  it('are those of runs and of answers', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const read = async () =>
      usageDays.parse({ days: describeDays(await app.usages.byDay({ from: yesterday, to: today }), app.prices) }).days;
    const days = await read();
    const of = (kind: string) => days.find(({ work }) => work === kind);
    expect(of('answers')).toMatchObject({ executions: 2, failures: 1 });
    expect(of('answers')?.models.find(({ model }) => model === 'gpt-5-mini')?.outputTokens).toBe(60);
    expect(of('runs')).toMatchObject({ executions: await attemptsInTable(), failures: 1 });
    expect(of('runs')?.money.total).toBeGreaterThan(0);
    expect(await app.usages.byDay({ from: '2020-01-01', to: '2020-12-31' })).toEqual([]);
  });
});
