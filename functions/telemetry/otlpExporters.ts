import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Exporters } from './exporters';

/** Of one request, its repetitions included. */
const TIMEOUT_MILLISECONDS = 5000;

/** To a collector, by OTLP as JSON over HTTP. */
export function otlpExporters({ endpoint, headers }: { endpoint: string; headers: Record<string, string> }): Exporters {
  const base = endpoint.replace(/\/+$/, '');
  const common = { headers, timeoutMillis: TIMEOUT_MILLISECONDS };
  return {
    spans: new OTLPTraceExporter({ ...common, url: `${base}/v1/traces` }),
    metrics: new OTLPMetricExporter({ ...common, url: `${base}/v1/metrics` }),
  };
}
