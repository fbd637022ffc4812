import { z } from 'zod';
import type { Trace, TraceSpan as Span } from '../telemetry/readTrace';
import { named } from './components';
import { plainText } from './values';

export const traceQuery = z.object({
  run: plainText.optional().describe('Run id of an earlier execution. Default: the latest.'),
});

const span = named(
  'TraceSpan',
  z.object({
    id: z.string(),
    parentId: z.string().nullable().describe('Null for the span of the whole run.'),
    name: z.string(),
    startSeconds: z.number().describe('From the start of the trace.'),
    seconds: z.number(),
    error: z.string().nullable().describe('Code of the problem that ended it.'),
    attributes: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe('Names follow the semantic conventions of OpenTelemetry.'),
  }),
) satisfies z.ZodType<Span>;

/** The work of one run as it was done, in time. */
export const runTraceView = named(
  'RunTrace',
  z.object({
    runId: z.string(),
    id: z.string().describe('Id of the trace, in hexadecimal digits.'),
    startedAt: z.string().meta({ format: 'date-time' }),
    spans: z.array(span).describe('In the order of their starts.'),
    omitted: z.int().describe('Spans that are left out because there are very many: the shortest.'),
  }),
) satisfies z.ZodType<Trace & { runId: string }>;

export type RunTrace = z.output<typeof runTraceView>;
export type TraceSpan = RunTrace['spans'][number];
