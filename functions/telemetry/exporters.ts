import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Where spans and metrics go. Without `metrics`, only spans are kept. */
export interface Exporters {
  spans: SpanExporter;
  metrics?: PushMetricExporter;
}
