import { ROOT_CONTEXT, SpanKind, trace, TraceFlags, type Link } from '@opentelemetry/api';
import type { Attributes } from './attributes';
import { inNewSpan, markFailed, type Operation, type SetAttributes } from './spans';
import { runTrace, withIds } from './traceIds';

/**
 * Does one step of a run in a span below the run's first span, which another process may record, later. `invokedBy` is the
 * `traceparent` of the engine's invocation: a link, because the engine's traces begin again at each retry and its spans do not
 * reach every exporter.
 */
export function inRunSpan<Result>(
  runId: string,
  operation: Operation,
  invokedBy: string | undefined,
  work: (set: SetAttributes) => Promise<Result>,
): Promise<Result> {
  const parent = { ...runTrace(runId), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return inNewSpan(operation, trace.setSpanContext(ROOT_CONTEXT, parent), linksTo(invokedBy), work);
}

export interface EndedRun {
  startedAt: Date;
  attributes: Attributes;
  /** Code of the run's problem. */
  errorType?: string | undefined;
}

/** Records the first span of the run's trace, from its start to now. To be called once, when the run has ended. */
export function recordRunSpan(runId: string, { startedAt, attributes, errorType }: EndedRun): void {
  const span = withIds(runTrace(runId), () =>
    trace
      .getTracer('pipeline-x')
      .startSpan('ingest', { root: true, startTime: startedAt, attributes, kind: SpanKind.INTERNAL }, ROOT_CONTEXT),
  );
  if (errorType !== undefined) markFailed(span, errorType);
  span.end();
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function linksTo(traceparent: string | undefined): Link[] {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return [];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return [];
  return [{ context: { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true } }];
}
