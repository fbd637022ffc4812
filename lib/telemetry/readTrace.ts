import { readFile } from 'node:fs/promises';
import { traceFile } from './traceFile';

/** A span as the API shows it. */
export interface TraceSpan {
  id: string;
  /** Null for the first span of the trace. */
  parentId: string | null;
  name: string;
  /** From the start of the trace. */
  startSeconds: number;
  seconds: number;
  /** Code of the problem that ended it. */
  error: string | null;
  attributes: Record<string, string | number | boolean>;
}

export interface Trace {
  id: string;
  startedAt: string;
  /** In the order of their starts. */
  spans: TraceSpan[];
  /** Spans that are kept but not in `spans`, because there are too many. */
  omitted: number;
}

interface OtlpSpan {
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: {
    key: string;
    value: { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
  }[];
  status?: { code?: number };
}
interface OtlpRequest {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

const FAILED = 2;
const SPANS_AT_MOST = 5000;

/** The spans of a trace that are on this machine; undefined when there are none. Of very many, the longest are kept. */
export async function readTrace(folder: string, traceId: string, atMost = SPANS_AT_MOST): Promise<Trace | undefined> {
  let text: string;
  try {
    text = await readFile(traceFile(folder, traceId), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const spans = new Map<string, OtlpSpan>();
  for (const line of text.split('\n')) for (const span of spansOf(line)) spans.set(span.spanId, span);
  const all = [...spans.values()];
  const [first] = all.map(({ startTimeUnixNano: start }) => BigInt(start)).sort((one, other) => (one < other ? -1 : 1));
  if (first === undefined) return undefined;
  const described = all.map((span) => describe(span, first));
  const shown = described.length <= atMost ? described : longest(described, atMost);
  return {
    id: traceId,
    startedAt: new Date(Number(first / 1_000_000n)).toISOString(),
    spans: shown.sort((one, other) => one.startSeconds - other.startSeconds || other.seconds - one.seconds),
    omitted: described.length - shown.length,
  };
}

/** A process that ended while it wrote leaves half a line. */
function spansOf(line: string): OtlpSpan[] {
  if (line === '') return [];
  try {
    const { resourceSpans } = JSON.parse(line) as OtlpRequest;
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  } catch {
    return [];
  }
}

/** A span is never longer than what it is a part of, except where clocks differ; so its parents are kept with it. */
function longest(spans: TraceSpan[], atMost: number): TraceSpan[] {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const kept = new Set<TraceSpan>();
  for (const span of [...spans].sort((one, other) => other.seconds - one.seconds)) {
    const line: TraceSpan[] = [];
    for (
      let at: TraceSpan | undefined = span;
      at && !kept.has(at) && !line.includes(at);
      at = byId.get(at.parentId ?? '')
    ) {
      line.push(at);
    }
    if (kept.size + line.length > atMost) continue;
    for (const one of line) kept.add(one);
  }
  return [...kept];
}

function describe(span: OtlpSpan, first: bigint): TraceSpan {
  const attributes: TraceSpan['attributes'] = {};
  for (const { key, value } of span.attributes ?? []) {
    const { stringValue, intValue, doubleValue, boolValue } = value;
    const found = stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue));
    if (found !== undefined) attributes[key] = found;
  }
  const start = BigInt(span.startTimeUnixNano);
  const error = attributes['error.type'];
  return {
    id: span.spanId,
    parentId: span.parentSpanId ? span.parentSpanId : null,
    name: span.name,
    startSeconds: secondsOf(start - first),
    seconds: secondsOf(BigInt(span.endTimeUnixNano) - start),
    error: span.status?.code === FAILED ? String(error ?? 'INTERNAL') : null,
    attributes,
  };
}

function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1_000_000;
}
