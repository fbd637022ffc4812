import type { TraceSpan } from '../../lib/api/traces';
import { formatCount } from './formatting';

/** One line of the chart of a trace. */
export interface TraceRow {
  span: TraceSpan;
  /** 0 for the run. */
  level: number;
  children: TraceRow[];
}

/** Spans as a tree, each list in the order of the starts. A span whose parent is not there yet is at the top. */
export function traceRows(spans: readonly TraceSpan[]): TraceRow[] {
  const rows = new Map(spans.map((span) => [span.id, { span, level: 0, children: [] as TraceRow[] }]));
  const top: TraceRow[] = [];
  for (const row of rows.values()) {
    const parent = row.span.parentId === null ? undefined : rows.get(row.span.parentId);
    (parent && parent !== row ? parent.children : top).push(row);
  }
  const sort = (list: TraceRow[], level: number): void => {
    list.sort((one, other) => one.span.startSeconds - other.span.startSeconds);
    for (const row of list) {
      row.level = level;
      sort(row.children, level + 1);
    }
  };
  sort(top, 0);
  return top;
}

/** Seconds from the start of the trace to the end of its last span. */
export function traceSeconds(spans: readonly TraceSpan[]): number {
  return spans.reduce((latest, { startSeconds, seconds }) => Math.max(latest, startSeconds + seconds), 0);
}

/** `12 ms`, `0.41 s`: short work is what a trace is looked at for. */
export function formatSpan(seconds: number): string {
  if (seconds < 0.0095) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(2)} s`;
  return `${Math.round(seconds)} s`;
}

/** Counts that are worth a look, in words. */
export function spanFacts({ name, attributes }: TraceSpan): string {
  const facts: string[] = [];
  const add = (attribute: string, word: string): void => {
    const value = attributes[attribute];
    if (typeof value === 'number' && value > 0)
      facts.push(`${formatCount(value)} ${value === 1 ? word.replace(/s$/, '') : word}`);
  };
  const task = attributes['pipeline.task'];
  if (typeof task === 'number') facts.push(`task ${task}`);
  for (const word of ['rows', 'rejected', 'embedded', 'reused', 'texts', 'points', 'bytes'])
    add(`pipeline.${word}`, word);
  if (!name.startsWith('qdrant')) add('db.response.returned_rows', 'rows');
  add('gen_ai.usage.input_tokens', 'tokens');
  return facts.join(', ');
}
