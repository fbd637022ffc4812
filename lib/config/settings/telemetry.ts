import { z } from 'zod';
import { setting } from '../setting';
import { url } from '../values';

export const telemetrySettings = {
  TELEMETRY_EXPORTER: setting(
    z
      .enum(['none', 'console', 'otlp', 'azure-monitor', 'file'], 'none, console, otlp, azure-monitor or file')
      .default('none'),
    'Where traces and metrics go: nowhere; to the log; to a collector by OTLP over HTTP; to Application Insights; or, traces only, to files in LOCAL_DATA_DIRECTORY, from which the Runs page draws them (`npm start -- --trace`).',
  ),
  TELEMETRY_SAMPLING_RATIO: setting(
    z.coerce.number('a number from 0 to 1').min(0, 'a number from 0 to 1').max(1, 'a number from 0 to 1').prefault('1'),
    'Share of the runs and questions whose traces are kept, from 0 to 1; each is kept whole or not at all. Metrics count all.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    url(['http:', 'https:']).default('http://127.0.0.1:4318'),
    'Address of the collector. Only with TELEMETRY_EXPORTER=otlp, which adds `/v1/traces` and `/v1/metrics`.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting(
    z
      .string()
      .regex(/^[^=,\s]+=[^,]*(,[^=,\s]+=[^,]*)*$/, 'name=value pairs with commas between them')
      .optional(),
    'Headers for the collector, such as its key.',
    { example: 'api-key=abc', isSecret: true },
  ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: setting(
    z.string().optional(),
    'The Application Insights resource, which the host uses too. With TELEMETRY_EXPORTER=azure-monitor the app signs in to it with its own identity.',
    {
      example:
        'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-1.in.applicationinsights.azure.com/',
      isSecret: true,
    },
  ),
};
