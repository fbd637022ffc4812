import { createHash } from 'node:crypto';

/** Ids of a span, in hexadecimal digits: 32 of the trace, 16 of the span. */
export interface SpanIds {
  traceId: string;
  spanId: string;
}

/**
 * Ids of the trace of a run and of its first span. They follow from the run's id, so that each activity, in any process and
 * after any restart, finds the trace that it belongs to, and nothing has to travel through the orchestration.
 */
export function runTrace(runId: string): SpanIds {
  const digest = createHash('sha256').update(runId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

let chosen: SpanIds | undefined;

/** Starts a span that gets these ids. The SDK asks its generator while the span starts, so `start` must not wait. */
export function withIds<Result>(ids: SpanIds, start: () => Result): Result {
  chosen = ids;
  try {
    return start();
  } finally {
    chosen = undefined;
  }
}

/** Random ids, except where `withIds` chose them. For the SDK. */
export const idGenerator = {
  generateTraceId: (): string => chosen?.traceId ?? randomDigits(32),
  generateSpanId: (): string => chosen?.spanId ?? randomDigits(16),
};

/** Nobody gains by guessing an id, and random bytes of `node:crypto` would take most of the time of a span. */
function randomDigits(count: number): string {
  let digits = '';
  while (digits.length < count) {
    digits += Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  return digits;
}
