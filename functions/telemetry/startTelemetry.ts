/* eslint-disable @typescript-eslint/no-require-imports -- An SDK and its exporter are loaded only where a setting asks for
   them, and before the first step: an app without telemetry starts without the time that they take. */
import type { TelemetryConfig } from '../../lib/config/config';
import type * as azureMonitor from './azureMonitorExporters';
import type * as consoleOfProcess from './consoleExporters';
import type { Exporters } from './exporters';
import type * as files from './fileExporters';
import type * as otlp from './otlpExporters';
import type * as sdk from './startSdk';

/** Starts what the settings ask for. Without an exporter, spans and metrics of `lib/telemetry` do nothing. */
export function startTelemetry(
  { exporter, samplingRatio }: TelemetryConfig,
  warn: (line: string) => void = console.warn,
): sdk.RunningSdk {
  if (exporter.kind === 'none') return { stop: () => Promise.resolve() };
  const { startSdk } = require('./startSdk') as typeof sdk;
  return startSdk(exportersOf(exporter), { samplingRatio, warn });
}

function exportersOf(exporter: Exclude<TelemetryConfig['exporter'], { kind: 'none' }>): Exporters {
  switch (exporter.kind) {
    case 'console':
      return (require('./consoleExporters') as typeof consoleOfProcess).consoleExporters();
    case 'otlp':
      return (require('./otlpExporters') as typeof otlp).otlpExporters(exporter);
    case 'azure-monitor':
      return (require('./azureMonitorExporters') as typeof azureMonitor).azureMonitorExporters(exporter);
    case 'file':
      return (require('./fileExporters') as typeof files).fileExporters(exporter);
  }
}
