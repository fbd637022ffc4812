import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Exporters } from './exporters';

/** To the log of the process, for a first look. */
export function consoleExporters(): Exporters {
  return { spans: new ConsoleSpanExporter(), metrics: new ConsoleMetricExporter() };
}
