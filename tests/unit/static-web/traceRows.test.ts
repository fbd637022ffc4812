import type { TraceSpan } from '../../../lib/api/traces';
import { formatSpan, spanFacts, traceRows, traceSeconds } from '../../../static-web/src/traceRows';

const span = (id: string, parentId: string | null, startSeconds: number, more: Partial<TraceSpan> = {}): TraceSpan => ({
  id,
  parentId,
  name: id,
  startSeconds,
  seconds: 1,
  error: null,
  attributes: {},
  ...more,
});

test('spans are a tree in the order of their starts; what has no parent yet is at the top', () => {
  const rows = traceRows([
    span('late', 'run', 3),
    span('deep', 'early', 2),
    span('lost', 'unknown', 9),
    span('early', 'run', 1),
    span('run', null, 0),
  ]);
  const shape = (list: typeof rows): unknown[] => list.map((row) => [row.span.id, row.level, shape(row.children)]);
  expect(shape(rows)).toEqual([
    [
      'run',
      0,
      [
        ['early', 1, [['deep', 2, []]]],
        ['late', 1, []],
      ],
    ],
    ['lost', 0, []],
  ]);
});

test('a trace lasts until its last span ends', () => {
  expect(traceSeconds([span('a', null, 0, { seconds: 2 }), span('b', 'a', 1.5)])).toBe(2.5);
  expect(traceSeconds([])).toBe(0);
});

test.each([
  [0.0004, '0.4 ms'],
  [0.0123, '12 ms'],
  [0.9996, '1.00 s'],
  [12.345, '12.35 s'],
  [250, '250 s'],
])('%d seconds are %s', (seconds, text) => expect(formatSpan(seconds)).toBe(text));

test('counts of a span are in words', () => {
  const attributes = {
    'pipeline.task': 4,
    'pipeline.rows': 12000,
    'pipeline.rejected': 1,
    'pipeline.bytes': 0,
    'db.system.name': 'duckdb',
  };
  expect(spanFacts(span('transformRange', 'run', 0, { attributes }))).toBe('task 4, 12,000 rows, 1 rejected');
});
