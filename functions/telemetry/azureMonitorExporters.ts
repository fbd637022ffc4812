import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import { azureIdentity } from '../../lib/azureIdentity';
import type { Exporters } from './exporters';

/** To Application Insights, with the identity of the app. Nothing is kept on the small disk of an instance meanwhile. */
export function azureMonitorExporters({ connectionString }: { connectionString: string }): Exporters {
  const options = { connectionString, credential: azureIdentity(), disableOfflineStorage: true };
  return { spans: new AzureMonitorTraceExporter(options), metrics: new AzureMonitorMetricExporter(options) };
}
