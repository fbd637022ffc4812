import { hostname } from 'node:os';
import { context, diag, DiagLogLevel, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { idGenerator } from '../../lib/telemetry/traceIds';
import type { Exporters } from './exporters';

export interface SdkOptions {
  /** Share of traces that are kept, 0 to 1. */
  samplingRatio: number;
  /** Called at most once in ten minutes when something cannot be exported. */
  warn: (line: string) => void;
  /** Default: one minute. */
  metricsEveryMilliseconds?: number;
}

export interface RunningSdk {
  /** Sends what waits. Resolves within a few seconds also when nobody answers. */
  stop(): Promise<void>;
}

/** Spans that wait for their export: about 2 MB. More are dropped, so that a collector that is away costs neither time nor memory. */
const SPANS_WAITING = 4096;
const STOP_WITHIN_MILLISECONDS = 5000;

/**
 * Makes the exporters those of this process. Whether a trace is kept follows from its id, so that every process decides alike
 * about the spans of one run.
 */
export function startSdk({ spans, metrics: metricExporter }: Exporters, options: SdkOptions): RunningSdk {
  const { samplingRatio, warn, metricsEveryMilliseconds = 60_000 } = options;
  diag.setLogger(rareLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const resource = resourceFromAttributes({
    'service.name': 'pipeline-x',
    'service.instance.id': `${hostname()}-${process.pid}`,
  });
  const processor = new BatchSpanProcessor(spans, {
    maxQueueSize: SPANS_WAITING,
    scheduledDelayMillis: 2000,
    exportTimeoutMillis: STOP_WITHIN_MILLISECONDS,
  });
  const tracing = new BasicTracerProvider({
    resource,
    sampler: new TraceIdRatioBasedSampler(samplingRatio),
    idGenerator,
    spanProcessors: [processor],
  });
  trace.setGlobalTracerProvider(tracing);
  const metering =
    metricExporter &&
    new MeterProvider({
      resource,
      readers: [
        new PeriodicExportingMetricReader({
          exporter: metricExporter,
          exportIntervalMillis: metricsEveryMilliseconds,
          exportTimeoutMillis: Math.min(metricsEveryMilliseconds, STOP_WITHIN_MILLISECONDS),
        }),
      ],
    });
  if (metering) metrics.setGlobalMeterProvider(metering);
  return {
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_WITHIN_MILLISECONDS)));
      await Promise.race([Promise.allSettled([tracing.shutdown(), metering?.shutdown()]), late]);
      clearTimeout(timer);
      for (const api of [trace, metrics, context, diag]) api.disable();
    },
  };
}

const SILENT_FOR_MILLISECONDS = 600_000;

/** The SDK reports each failed export; a collector that is away for a night would fill the log. */
function rareLogger(warn: (line: string) => void) {
  let next = 0;
  const report = (message: string): void => {
    const now = Date.now();
    if (now < next) return;
    next = now + SILENT_FOR_MILLISECONDS;
    warn(`telemetry: ${textOf(message).slice(0, 300)}`);
  };
  const ignore = (): void => undefined;
  return { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore };
}

/** The SDK writes an error as JSON, with its stack. */
function textOf(message: string): string {
  try {
    const { message: text } = JSON.parse(message) as { message?: unknown };
    return typeof text === 'string' ? text : message;
  } catch {
    return message;
  }
}
