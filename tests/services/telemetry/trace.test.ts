import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { otlpExporters } from '../../../functions/telemetry/otlpExporters';
import { startSdk, type RunningSdk } from '../../../functions/telemetry/startSdk';
import { ask } from '../../../lib/answering/ask';
import { createApp, type App } from '../../../lib/app';
import { readConfig } from '../../../lib/config/readConfig';
import { performStep } from '../../../lib/ingest/perform/performStep';
import { STEP_NAMES } from '../../../lib/ingest/registry';
import { METRICS } from '../../../lib/telemetry/instruments';
import { runTrace } from '../../../lib/telemetry/traceIds';
import { runIngest } from '../../support/faults/runIngest';
import { contractText } from '../../support/lake';
import { startOpenAiServer, type OpenAiServer, type PreparedAnswer } from '../../support/openAiServer';
import { startOtlpCollector, type CollectedSpan, type OtlpCollector } from '../../support/otlpCollector';
import { appSettings } from '../../support/appSettings';
import { createTestDatabase, uniqueName, type TestDatabase } from '../../support/servers';

const DIMENSIONS = 8;
/** Texts of users, none of which may be in a trace. */
const SECRETS = ['zebra-title', 'zebra-body', 'zebra-question', 'zebra-file', 'zebra-key', 'zebra-caller'];

let test: TestDatabase;
let folder: string;
let model: OpenAiServer;
let app: App;
let throttled = 1;

/** Vectors from the letters of a text, and an answer that cites the first passage. The first request is one too many. */
function answerOfModel({ path: address, body }: { path: string; body: Record<string, unknown> }): PreparedAnswer {
  if (throttled > 0) {
    throttled -= 1;
    return { status: 429, headers: { 'retry-after': '0' }, body: { error: { message: 'slow down' } } };
  }
  if (address.endsWith('/embeddings')) {
    const data = (body.input as string[]).map((text, index) => ({
      index,
      embedding: Array.from({ length: DIMENSIONS }, (_, at) => 1 + (text.charCodeAt(at % text.length) % 7)),
    }));
    return { body: { data, usage: { prompt_tokens: 11, total_tokens: 11 } } };
  }
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-test' };
  const delta = (content: string) => ({ ...chunk, choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  return {
    body: [
      delta('The zebra-body is striped '),
      delta('[1].'),
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { ...chunk, choices: [], usage: { prompt_tokens: 120, completion_tokens: 14, total_tokens: 134 } },
    ],
  };
}

beforeAll(async () => {
  test = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'telemetry-test-'));
  await writeFile(path.join(folder, 'notes.yaml'), contractText());
  model = await startOpenAiServer(answerOfModel);
  const name = uniqueName('trace');
  app = createApp(
    readConfig({
      ...appSettings({
        name,
        folder,
        database: test,
        dimensions: DIMENSIONS,
        modelUrl: model.url,
        modelKey: 'zebra-key',
      }),
      ANSWER_PROVIDER: 'openai',
      OPENAI_CHAT_MODEL: 'gpt-test',
      INGEST_SCHEDULE: '0 0 1 * * *',
    }),
  );
});
afterAll(async () => {
  await app?.close();
  await model?.close();
  await test?.drop();
  await rm(folder, { recursive: true, force: true });
});

const options = { samplingRatio: 1, warn: () => undefined };

async function drop(date: string, rows: string): Promise<void> {
  const { store, containers } = app.lakehouse;
  await store.ensureContainer(containers.raw);
  await store.write(containers.raw, `notes/${date}/zebra-file.csv`, `id,title,n,day,body\n${rows}`);
}

async function collecting(work: () => Promise<void>): Promise<OtlpCollector> {
  const collector = await startOtlpCollector();
  const sdk = startSdk(otlpExporters({ endpoint: collector.url, headers: { 'api-key': 'k' } }), options);
  try {
    await work();
  } finally {
    await sdk.stop();
    await collector.close();
  }
  return collector;
}

const rootsOf = (spans: CollectedSpan[]) => spans.filter(({ parentSpanId }) => parentSpanId === undefined);
const orphansOf = (spans: CollectedSpan[]) => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId));
};

describe('the trace of a run', () => {
  const date = '2026-01-05';
  const id = `ingest-notes-${date}`;
  let collector: OtlpCollector;
  let spans: CollectedSpan[];
  let runId: string;
  beforeAll(async () => {
    await drop(date, 'a-1,zebra-title,7,2026-01-01,zebra-body is striped\na-2,,7,2026-01-01,zebra-body two\n');
    collector = await collecting(async () => {
      await runIngest(app.steps, { dataset: 'notes', date });
      // As after a process that died before the engine had the result.
      const { runId = '', problem, summary } = (await app.runs.latest([id])).get(id) ?? {};
      const again = { dataset: 'notes', date, runId, problem: problem ?? null, summary: summary ?? null, startedAt: 1 };
      const log = { warn: () => undefined };
      expect(await performStep(app.steps, 'concludeRun', again, log)).toEqual({ ok: true, result: {} });
    });
    spans = collector.spans;
    runId = (await app.runs.latest([id])).get(id)?.runId ?? '';
  });

  it('is one, with one root, also when its end is recorded twice, and without orphans', () => {
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([runTrace(runId).traceId]));
    const [root, ...more] = rootsOf(spans);
    expect(more).toEqual([]);
    expect(root).toMatchObject({
      name: 'ingest',
      spanId: runTrace(runId).spanId,
      isFailed: false,
      attributes: { 'pipeline.run_id': runId, 'pipeline.dataset': 'notes', 'pipeline.rows': 1, 'pipeline.rejected': 1 },
    });
    expect(orphansOf(spans)).toEqual([]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it('has the steps below the root, and in each step the services that it calls', () => {
    const { spanId } = runTrace(runId);
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    expect(steps.map(({ name }) => name).filter((name) => !(STEP_NAMES as string[]).includes(name))).toEqual([]);
    const named = (name: string): CollectedSpan => {
      const [step, ...others] = steps.filter((one) => one.name === name);
      if (!step || others.length > 0) throw new Error(`${others.length + 1} spans of ${name}`);
      return step;
    };
    const [root] = rootsOf(spans);
    for (const step of steps.filter(({ name }) => name !== 'concludeRun')) {
      expect(root && step.start >= root.start && step.end <= root.end).toBe(true);
    }
    expect(named('transformRange').attributes).toMatchObject({
      'pipeline.task': 0,
      'pipeline.rows': 1,
      'pipeline.rejected': 1,
      'pipeline.bytes': expect.any(Number) as number,
    });
    const systems = (step: string) => {
      const below = new Set([named(step).spanId]);
      for (let before = -1; before !== below.size;) {
        before = below.size;
        for (const span of spans) if (below.has(span.parentSpanId ?? '')) below.add(span.spanId);
      }
      return new Set(
        spans
          .filter(({ spanId }) => below.has(spanId))
          .map(({ attributes: { ...a } }) =>
            String(a['db.system.name'] ?? a['gen_ai.operation.name'] ?? (a['pipeline.storage.operation'] && 'storage')),
          ),
      );
    };
    for (const [step, expected] of Object.entries({
      ensureRun: ['postgresql', 'qdrant', 'storage'],
      planRun: ['postgresql', 'storage'],
      transformRange: ['duckdb', 'postgresql', 'storage'],
      commitRun: ['postgresql', 'storage'],
      loadDocuments: ['duckdb', 'postgresql', 'storage'],
      embedDocuments: ['duckdb', 'embeddings', 'postgresql', 'qdrant', 'storage'],
      reconcileRun: ['postgresql', 'qdrant'],
    })) {
      expect([step, [...systems(step)]]).toEqual([step, expect.arrayContaining(expected)]);
    }
  });

  it('names the model, counts its tokens over its requests, and shows that it was throttled', () => {
    const [call] = spans.filter(({ name }) => name === 'embeddings text-embedding-3-small');
    expect(call).toMatchObject({
      kind: 3,
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'text-embedding-3-small',
        'gen_ai.usage.input_tokens': 11,
        'pipeline.texts': 1,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(model.url).port),
      },
      events: ['throttled'],
    });
  });

  it('has no text of a user, no path of a file and no key', () => {
    expect(SECRETS.filter((secret) => collector.received().includes(secret))).toEqual([]);
    expect(collector.headers[0]).toMatchObject({ 'api-key': 'k' });
  });

  it('comes with metrics in their units', () => {
    const sum = (name: keyof typeof METRICS, labels: Record<string, unknown> = {}): number => {
      const metric = collector.metrics.get(name);
      expect([name, metric?.unit]).toEqual([name, METRICS[name].unit]);
      return (metric?.points ?? [])
        .filter((point) => Object.entries(labels).every(([label, value]) => point.labels[label] === value))
        .reduce((total, { value }) => total + value, 0);
    };
    expect(sum('pipeline.rows', { 'pipeline.step': 'transformRange' })).toBe(1);
    expect(sum('pipeline.rows.rejected')).toBe(1);
    expect(sum('pipeline.chunks', { 'pipeline.outcome': 'embedded' })).toBe(1);
    expect(sum('pipeline.throttled')).toBe(1);
    expect(sum('gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' })).toBe(11);
    expect(sum('pipeline.bytes')).toBeGreaterThan(0);
    expect(sum('pipeline.storage.bytes', { 'pipeline.direction': 'write' })).toBeGreaterThan(0);
    for (const name of ['pipeline.run.duration', 'pipeline.step.duration', 'db.client.operation.duration'] as const) {
      expect(sum(name)).toBeGreaterThan(0);
    }
  });
});

describe('the trace of a run that fails', () => {
  it('has the code of the problem at the step and at the root, and not its text', async () => {
    const date = '2026-01-06';
    await drop(date, '').then(() =>
      app.lakehouse.store.write(
        app.lakehouse.containers.raw,
        `notes/${date}/zebra-file.csv`,
        'zebra-title\nzebra-body\n',
      ),
    );
    const collector = await collecting(async () => {
      await runIngest(app.steps, { dataset: 'notes', date }).catch(() => undefined);
    });
    const { spans } = collector;
    const failed = spans.filter(({ isFailed }) => isFailed);
    const codes = new Map(failed.map(({ name, attributes }) => [name, attributes['error.type']]));
    expect(codes.get('ingest')).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(codes.get('planRun')).toBe(codes.get('ingest'));
    expect(rootsOf(spans)).toHaveLength(1);
    expect(orphansOf(spans)).toEqual([]);
    expect(SECRETS.filter((secret) => collector.received().includes(secret))).toEqual([]);
  });
});

describe('the trace of a question', () => {
  it('goes from its turn over search to the answer of the model', async () => {
    const collector = await collecting(async () => {
      const question = { question: 'What about the zebra-question and the zebra-body?', access: 'everything' as const };
      const types: string[] = [];
      // The reader is outside of the trace, as the server of a stream is.
      for await (const { type } of await ask(app, question, 'zebra-caller')) types.push(type);
      expect(types.at(-1)).toBe('answer');
    });
    const { spans } = collector;
    const [root, ...more] = rootsOf(spans);
    expect(more).toEqual([]);
    expect(root?.name).toBe('ask');
    expect(orphansOf(spans)).toEqual([]);
    const below = (parent: string) => {
      const { spanId } = spans.find(({ name }) => name === parent) as CollectedSpan;
      return spans
        .filter(({ parentSpanId }) => parentSpanId === spanId)
        .map(({ name }) => name.split(' ').slice(0, 2).join(' '));
    };
    // The last one records what the answer used.
    expect(below('ask')).toEqual(['wait for', 'search', 'chat gpt-test', 'postgresql insert']);
    expect(below('search')).toEqual(
      expect.arrayContaining([
        'embeddings text-embedding-3-small',
        'qdrant search',
        'postgresql select',
        'qdrant payloadsOf',
      ]),
    );
    expect(spans.find(({ name }) => name === 'chat gpt-test')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-test',
      'gen_ai.usage.input_tokens': 120,
      'gen_ai.usage.output_tokens': 14,
      'pipeline.citations': 1,
    });
    expect(SECRETS.filter((secret) => collector.received().includes(secret))).toEqual([]);
    expect(collector.metrics.get('pipeline.question.wait')?.points[0]?.count).toBe(1);
    expect(collector.metrics.get('gen_ai.client.token.usage')?.points).toHaveLength(3);
  });
});

describe('a collector that never answers', () => {
  it('does not fail a run, and the app stops without its answer', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const lines: string[] = [];
    const sdk: RunningSdk = startSdk(otlpExporters({ endpoint, headers: {} }), {
      samplingRatio: 1,
      warn: (line) => lines.push(line),
    });
    const date = '2026-01-07';
    try {
      await drop(date, 'a-9,zebra-title,7,2026-01-01,zebra-body\n');
      await expect(runIngest(app.steps, { dataset: 'notes', date })).resolves.toMatchObject({ rows: { lake: 1 } });
    } finally {
      await sdk.stop();
      silent.closeAllConnections();
      silent.close();
    }
    expect(lines.length).toBeLessThanOrEqual(1);
  });
});
