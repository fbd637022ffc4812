import {
  metrics,
  type Attributes as Labels,
  type Counter,
  type Histogram,
  type MeterProvider,
} from '@opentelemetry/api';

interface Definition {
  kind: 'counter' | 'histogram';
  /** UCUM; in braces, what is counted. */
  unit: string;
  description: string;
}

const counter = (unit: string, description: string): Definition => ({ kind: 'counter', unit, description });
const histogram = (unit: string, description: string): Definition => ({ kind: 'histogram', unit, description });

/** Every metric of the app. docs/telemetry.md has the same table; a test compares them. */
export const METRICS = {
  'pipeline.rows': counter('{row}', 'Rows that a step of a run has written.'),
  'pipeline.rows.rejected': counter('{row}', 'Records that a step has rejected.'),
  'pipeline.rows.dropped': counter('{row}', 'Records of a key of which another one is kept.'),
  'pipeline.bytes': counter('By', 'Bytes that a step has written or scanned, as its result says.'),
  'pipeline.chunks': counter('{chunk}', 'Chunks in the index: embedded now, or reused.'),
  'pipeline.step.duration': histogram('s', 'Time of one task of a step, failed attempts included.'),
  'pipeline.run.duration': histogram('s', 'Time of a run from its start to its end.'),
  'pipeline.storage.bytes': counter('By', 'Bytes read from storage or written to it.'),
  'pipeline.storage.duration': histogram('s', 'Time of one call of storage.'),
  'pipeline.question.wait': histogram('s', 'Time that a question waited for its turn.'),
  'pipeline.question.duration': histogram('s', 'Time of a question from its arrival to its answer.'),
  'pipeline.throttled': counter('{response}', 'Answers of a service that it allows no more requests now (HTTP 429).'),
  'db.client.operation.duration': histogram('s', 'Time of one call of PostgreSQL, DuckDB or Qdrant.'),
  'gen_ai.client.operation.duration': histogram('s', 'Time of one call of a model.'),
  'gen_ai.client.token.usage': histogram('{token}', 'Tokens of one request to a model, as the service counts them.'),
} as const satisfies Record<string, Definition>;
export type MetricName = keyof typeof METRICS;

/** In seconds: from an index lookup to a long step. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** As the semantic conventions advise for tokens. */
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576];

let provider: MeterProvider | undefined;
const made = new Map<MetricName, Counter | Histogram>();

/** Adds to a counter, or records a value of a histogram. Without an exporter it does nothing. */
export function count(name: MetricName, value: number, labels: Labels = {}): void {
  const instrument = instrumentOf(name);
  if ('add' in instrument) instrument.add(value, labels);
  else instrument.record(value, labels);
}

/** The API gives instruments that work only once an SDK is there, so they are made again when one comes. */
function instrumentOf(name: MetricName): Counter | Histogram {
  const current = metrics.getMeterProvider();
  if (current !== provider) {
    provider = current;
    made.clear();
  }
  const known = made.get(name);
  if (known) return known;
  const { kind, unit, description }: Definition = METRICS[name];
  const meter = current.getMeter('pipeline-x');
  const instrument =
    kind === 'counter'
      ? meter.createCounter(name, { unit, description })
      : meter.createHistogram(name, {
          unit,
          description,
          advice: { explicitBucketBoundaries: unit === 's' ? SECONDS : TOKENS },
        });
  made.set(name, instrument);
  return instrument;
}
