import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  events: string[];
  isFailed: boolean;
}

export interface CollectedMetric {
  name: string;
  unit: string;
  points: { value: number; count: number; labels: Record<string, unknown> }[];
}

export interface OtlpCollector {
  url: string;
  spans: CollectedSpan[];
  /** The latest state of each. */
  metrics: Map<string, CollectedMetric>;
  headers: Record<string, unknown>[];
  /** Everything that arrived, as text. */
  received(): string;
  close(): Promise<void>;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
type Json = Record<string, unknown>;

/** A collector of its own: a server that takes OTLP as JSON over HTTP and keeps it. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const metrics = new Map<string, CollectedMetric>();
  const headers: Record<string, unknown>[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      bodies.push(text);
      headers.push(request.headers);
      const body = JSON.parse(text) as Json;
      if (request.url === '/v1/traces') spans.push(...spansOf(body));
      else if (request.url === '/v1/metrics') for (const metric of metricsOf(body)) metrics.set(metric.name, metric);
      else return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics,
    headers,
    received: () => bodies.join('\n'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansOf(body: Json): CollectedSpan[] {
  return (body.resourceSpans as Json[])
    .flatMap(({ scopeSpans }) => scopeSpans as Json[])
    .flatMap(({ spans }) => spans as Json[])
    .map((span) => ({
      traceId: span.traceId as string,
      spanId: span.spanId as string,
      parentSpanId: (span.parentSpanId as string | undefined) || undefined,
      name: span.name as string,
      kind: span.kind as number,
      start: BigInt(span.startTimeUnixNano as string),
      end: BigInt(span.endTimeUnixNano as string),
      attributes: attributesOf(span.attributes as KeyValue[]),
      links: (span.links ?? []) as CollectedSpan['links'],
      events: ((span.events ?? []) as { name: string }[]).map(({ name }) => name),
      isFailed: (span.status as { code?: number }).code === 2,
    }));
}

function metricsOf(body: Json): CollectedMetric[] {
  return (body.resourceMetrics as Json[])
    .flatMap(({ scopeMetrics }) => scopeMetrics as Json[])
    .flatMap(({ metrics }) => metrics as Json[])
    .map((metric) => {
      const { dataPoints } = (metric.sum ?? metric.histogram) as { dataPoints: Json[] };
      return {
        name: metric.name as string,
        unit: metric.unit as string,
        points: dataPoints.map((point) => ({
          value: Number(point.asInt ?? point.asDouble ?? point.sum),
          count: Number(point.count ?? 1),
          labels: attributesOf(point.attributes as KeyValue[]),
        })),
      };
    });
}

function attributesOf(pairs: KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const [[kind, content] = []] = Object.entries(value);
      return [key, kind === 'intValue' ? Number(content) : content];
    }),
  );
}
