import { setTimeout as sleep } from 'node:timers/promises';
import { context, metrics, trace } from '@opentelemetry/api';
import { AggregationTemporality, InMemoryMetricExporter } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { startSdk, type RunningSdk } from '../../../functions/telemetry/startSdk';
import { PipelineError } from '../../../lib/problems/problem';
import { count } from '../../../lib/telemetry/instruments';
import { noteTokens } from '../../../lib/telemetry/modelCalls';
import { inRunSpan, recordRunSpan } from '../../../lib/telemetry/runSpans';
import { inSpan, iterateInSpan, openTrace, untraced } from '../../../lib/telemetry/spans';
import { runTrace } from '../../../lib/telemetry/traceIds';

let sdk: RunningSdk | undefined;
afterEach(() => sdk?.stop());

/** The spans that the work makes, by name. */
async function spansOf(work: () => Promise<unknown>, samplingRatio = 1): Promise<Map<string, ReadableSpan>> {
  const exporter = new InMemorySpanExporter();
  const kept = new Map<string, ReadableSpan>();
  // The exporter forgets its spans when it is shut down.
  const keeping = Object.assign(exporter, {
    shutdown: () => {
      for (const span of exporter.getFinishedSpans()) kept.set(span.name, span);
      return Promise.resolve();
    },
  });
  sdk = startSdk({ spans: keeping }, { samplingRatio, warn: () => undefined });
  await work();
  await sdk.stop();
  return kept;
}

const inRun = <Result>(work: () => Promise<Result>) => inRunSpan('run-1', { name: 'step' }, undefined, work);

describe('without an exporter', () => {
  it('the work is done, and errors are thrown as they are', async () => {
    const error = new Error('why');
    expect(await inSpan({ name: 'a' }, () => Promise.resolve(7))).toBe(7);
    await expect(inRun(() => Promise.reject(error))).rejects.toBe(error);
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(() => recordRunSpan('run-1', { startedAt: new Date(), attributes: {} })).not.toThrow();
    expect(() => count('pipeline.rows', 1)).not.toThrow();
  });
});

describe('a span', () => {
  it('belongs to the run or question that is under way, and is left out outside of one', async () => {
    const spans = await spansOf(async () => {
      await inSpan({ name: 'outside' }, () => Promise.resolve());
      await inRun(() => inSpan({ name: 'inside' }, () => inSpan({ name: 'deeper' }, () => sleep(1))));
      await inRun(() => untraced(() => inSpan({ name: 'beside' }, () => Promise.resolve())));
    });
    expect([...spans.keys()].sort()).toEqual(['deeper', 'inside', 'step']);
    const parentOf = (name: string) => spans.get(name)?.parentSpanContext?.spanId;
    expect(parentOf('deeper')).toBe(spans.get('inside')?.spanContext().spanId);
    expect(parentOf('step')).toBe(runTrace('run-1').spanId);
  });

  it('has the code of an error, and nothing of its text', async () => {
    const error = new PipelineError('VECTORS_UNAVAILABLE', 'secret', { found: 'secret' });
    const spans = await spansOf(async () => {
      await inRun(() => inSpan({ name: 'coded' }, () => Promise.reject(error))).catch(() => undefined);
      await inRun(() => inSpan({ name: 'other' }, () => Promise.reject(new Error('secret')))).catch(() => undefined);
    });
    expect(spans.get('coded')).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'VECTORS_UNAVAILABLE' },
    });
    expect(spans.get('other')).toMatchObject({ attributes: { 'error.type': 'INTERNAL' }, events: [] });
    const all = [...spans.values()].map(({ attributes, status, events }) => ({ attributes, status, events }));
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  it('that gives items lasts until the last, makes them inside, and reads nothing ahead', async () => {
    const active: (string | undefined)[] = [];
    let made = 0;
    async function* items() {
      try {
        for (; made < 3; made += 1) {
          active.push(trace.getActiveSpan()?.spanContext().spanId);
          yield made;
        }
      } finally {
        made = 10;
      }
    }
    const spans = await spansOf(async () => {
      const stream = await inRun(() => Promise.resolve(iterateInSpan({ name: 'never read' }, items)));
      await stream.return();
      await inRun(async () => {
        for await (const item of iterateInSpan({ name: 'items' }, items)) if (item === 1) break;
      });
    });
    expect(spans.has('never read')).toBe(false);
    expect(active).toEqual([0, 1].map(() => spans.get('items')?.spanContext().spanId));
    expect(made).toBe(10);
  });

  it('that is read in another context keeps its own', async () => {
    const spans = await spansOf(async () => {
      const question = openTrace({ name: 'ask' });
      async function* answers() {
        await inSpan({ name: 'search' }, () => Promise.resolve());
        yield 'answer';
      }
      const stream = question.inside(() => question.over(answers()));
      await untraced(async () => {
        for await (const answer of stream) expect(answer).toBe('answer');
      });
      expect(context.active()).toBeDefined();
    });
    expect(spans.get('search')?.parentSpanContext?.spanId).toBe(spans.get('ask')?.spanContext().spanId);
    expect(spans.get('ask')?.parentSpanContext).toBeUndefined();
  });

  it('adds up the tokens of its requests', async () => {
    const called = { operation: 'embeddings', provider: 'openai', model: 'm' } as const;
    const spans = await spansOf(() =>
      inRun(async () => {
        noteTokens(called, { input: 3 });
        noteTokens(called, { input: 4 });
      }),
    );
    expect(spans.get('step')?.attributes).toEqual({ 'gen_ai.usage.input_tokens': 7 });
  });
});

describe('the trace of a run', () => {
  it('follows from the run id, in each process', () => {
    expect(runTrace('20260101T010000Z-1a2b3c4d')).toEqual(runTrace('20260101T010000Z-1a2b3c4d'));
    expect(runTrace('a').traceId).not.toBe(runTrace('b').traceId);
    expect(runTrace('a')).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
  });

  it('has a first span with the times of the run', async () => {
    const startedAt = new Date('2026-01-01T01:00:00.250Z');
    const spans = await spansOf(async () => {
      recordRunSpan('run-2', { startedAt, attributes: { a: 1 }, errorType: 'RUN_CANCELLED' });
      recordRunSpan('run-3', { startedAt, attributes: {} });
    });
    const span = spans.get('ingest');
    expect(span?.spanContext()).toMatchObject(runTrace('run-3'));
    expect(span?.startTime).toEqual([startedAt.getTime() / 1000 - 0.25, 250_000_000]);
  });

  it('links to the invocation of the engine, which is not its parent', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const spans = await spansOf(async () => {
      await inRunSpan('run-1', { name: 'linked' }, traceparent, () => Promise.resolve());
      await inRunSpan('run-1', { name: 'without' }, 'not a traceparent', () => Promise.resolve());
    });
    expect(spans.get('linked')?.links.map(({ context: { traceId } }) => traceId)).toEqual(['a'.repeat(32)]);
    expect(spans.get('linked')?.spanContext().traceId).toBe(runTrace('run-1').traceId);
    expect(spans.get('without')?.links).toEqual([]);
  });

  it('is kept whole or not at all', async () => {
    const ids = Array.from({ length: 200 }, (_, number) => `run-${number}`);
    const spans = await spansOf(async () => {
      for (const id of ids) {
        await inRunSpan(id, { name: `${id} step` }, undefined, () => Promise.resolve());
        recordRunSpan(id, { startedAt: new Date(), attributes: {} });
        await inRunSpan(id, { name: `${id} again` }, undefined, () => Promise.resolve());
      }
    }, 0.5);
    const kept = ids.filter((id) => spans.has(`${id} step`));
    expect(kept).toEqual(ids.filter((id) => spans.has(`${id} again`)));
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.length).toBeLessThan(150);
  });
});

it('metrics count from when an exporter is there', async () => {
  count('pipeline.rows', 1);
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const running = startSdk(
    { spans: new InMemorySpanExporter(), metrics: exporter },
    { samplingRatio: 1, warn: () => undefined },
  );
  count('pipeline.rows', 5, { 'pipeline.step': 'transformRange' });
  await (metrics.getMeterProvider() as unknown as { forceFlush(): Promise<void> }).forceFlush();
  const [point] = exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics ?? [];
  await running.stop();
  expect(point?.descriptor).toMatchObject({ name: 'pipeline.rows', unit: '{row}' });
  expect(point?.dataPoints[0]).toMatchObject({ value: 5, attributes: { 'pipeline.step': 'transformRange' } });
});
