import { STEP_NAMES } from '../../../lib/ingest/registry';
import { encodeProblem } from '../../../lib/problems/codec';
import type { Problem } from '../../../lib/problems/problem';
import { playOrchestration, type FakeTimer, type Wake } from '../../support/orchestration/playOrchestration';

const ok = (result: object): { ok: true; result: object } => ({ ok: true, result });
const refused = (problem: Partial<Problem>): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { code: 'STEP_FAILED', message: 'some message', ...problem },
});
const summary = {
  rows: { source: 7, lake: 6, sql: 6, vectors: 6 },
  chunks: { embedded: 20, reused: 4, deleted: 1 },
  rejected: 1,
  lakeVersion: 5,
};

type Activities = Record<string, (input: never) => unknown>;
const activities: Activities = {
  ensureRun: () => ok({ created: [] }),
  extractSource: () => ok({ files: 0, rows: 0 }),
  planRun: () => ok({ next: 'transform', ranges: 3, files: 3, bytes: 300, records: 7 }),
  transformRange: () => ok({ rows: 2, rejected: 0, bytes: 10 }),
  evaluateRun: () => ok({ passed: true }),
  resolveGate: () => ok({ isApproved: true }),
  commitRun: () => ok({ version: 5, rows: 6, rejected: 1, parts: 3 }),
  loadDocuments: () => ok({ rows: 2 }),
  removeStaleDocuments: () => ok({ deleted: 0 }),
  embedDocuments: ({ task }: { task: number }) => ok({ documents: 2, embedded: 10 * task, reused: task, deleted: 2 }),
  removeStaleVectors: () => ok({ deleted: 1 }),
  reconcileRun: () => ok(summary),
  concludeRun: () => ok({}),
  discardRun: () => ok({}),
};
const input = { dataset: 'letters', date: '2026-01-01' };

interface Played {
  message: string;
  names: string[];
  concluded: unknown;
  timers: FakeTimer[];
  calls: { name: string; input: unknown }[];
}

/** Plays an ingest that may fail. Returns its calls and what it threw. */
function playFailing(changed: Activities, ...wakes: Wake[]): Played {
  const calls: { name: string; input: unknown }[] = [];
  const timers: FakeTimer[] = [];
  let message = '';
  try {
    playOrchestration('ingest', input, { ...activities, ...changed }, calls, { wakes, timers });
  } catch (error) {
    message = (error as Error).message;
  }
  const names = calls.map(({ name }) => name);
  return { message, names, timers, calls, concluded: calls.find(({ name }) => name === 'concludeRun')?.input };
}

describe('an ingest', () => {
  const { result, calls } = playOrchestration('ingest', input, activities);
  const names = calls.map(({ name }) => name);

  it('runs its steps in order', () => {
    expect(names).toEqual([
      'ensureRun',
      'extractSource',
      'planRun',
      ...['transformRange', 'transformRange', 'transformRange'],
      'evaluateRun',
      'commitRun',
      ...['loadDocuments', 'loadDocuments', 'loadDocuments', 'removeStaleDocuments'],
      ...['embedDocuments', 'embedDocuments', 'embedDocuments', 'removeStaleVectors'],
      'reconcileRun',
      'discardRun',
      'concludeRun',
    ]);
    expect(result).toEqual(summary);
  });

  it('numbers the ranges', () => {
    const ranges = calls.filter(({ name }) => name === 'transformRange').map(({ input: range }) => range);
    expect(ranges).toMatchObject([{ task: 0 }, { task: 1 }, { task: 2 }]);
  });

  it('gives every step the same run id, named after the time', () => {
    expect(new Set(calls.map(({ input: given }) => (given as { runId: string }).runId))).toEqual(
      new Set(['20260102T010000Z-0f8fad5b']),
    );
  });

  it('adds up the counts of the streams', () => {
    expect(calls.find(({ name }) => name === 'reconcileRun')?.input).toMatchObject({
      source: 7,
      rejected: 1,
      lakeVersion: 5,
      chunks: { embedded: 30, reused: 3, deleted: 7 },
    });
  });

  it('gives the removal of stale data the counts of the loads and embeddings', () => {
    expect(calls.find(({ name }) => name === 'removeStaleDocuments')?.input).toMatchObject({ rows: 6 });
    expect(calls.find(({ name }) => name === 'removeStaleVectors')?.input).toMatchObject({ chunks: 33 });
  });

  it('keeps every activity input under 4 KB', () => {
    const sizes = calls.map(({ input: given }) => Buffer.byteLength(JSON.stringify(given)));
    expect(Math.max(...sizes)).toBeLessThan(4096);
  });
});

describe('a run whose contract keeps one record of each key', () => {
  const planRun = (): object =>
    ok({ next: 'transform', ranges: 3, files: 1, bytes: 300, records: 7, dropsRepeatedKeys: true });
  const between = ({ names }: Played): string[] =>
    names.slice(names.lastIndexOf('transformRange') + 1, names.indexOf('evaluateRun'));

  it('drops repeated keys from each part before the gate', () => {
    const findRepeatedKeys = (): object => ok({ rows: 2, parts: 1 });
    const played = playFailing({ planRun, findRepeatedKeys, dropRepeatedKeys: () => ok({ dropped: 1 }) });
    expect(played.message).toBe('');
    expect(between(played)).toEqual(['findRepeatedKeys', 'dropRepeatedKeys', 'dropRepeatedKeys', 'dropRepeatedKeys']);
  });

  it('does not visit the parts when no key is repeated', () => {
    const played = playFailing({ planRun, findRepeatedKeys: () => ok({ rows: 0, parts: 0 }) });
    expect(between(played)).toEqual(['findRepeatedKeys']);
  });
});

describe('a closed gate without a wait', () => {
  const { message, names, concluded } = playFailing({
    evaluateRun: () => refused({ code: 'QUALITY_GATE_CLOSED', found: '0.4', expected: 'at most 0.01' }),
  });

  it('stops the run before anything is visible, and discards its files', () => {
    expect(names.slice(names.indexOf('evaluateRun'))).toEqual(['evaluateRun', 'discardRun', 'concludeRun']);
  });

  it('reports observed and expected values', () => {
    expect(message).toContain('QUALITY_GATE_CLOSED');
    expect(concluded).toMatchObject({ problem: { found: '0.4', expected: 'at most 0.01' }, summary: null });
  });
});

describe('a gate that waits for a decision', () => {
  const decideBy = Date.UTC(2026, 0, 3);
  const evaluateRun = (): object => ok({ passed: false, decideBy });
  const rejected = (): object => refused({ code: 'QUALITY_GATE_REJECTED' });
  const after = ({ names }: Played): string[] => names.slice(names.indexOf('evaluateRun') + 1);
  const resolutions = ({ calls }: Played): unknown[] =>
    calls.filter(({ name }) => name === 'resolveGate').map(({ input: given }) => given);

  it('commits when it is approved, and cancels its timer', () => {
    const played = playFailing({ evaluateRun }, 'event');
    expect(after(played).slice(0, 2)).toEqual(['resolveGate', 'commitRun']);
    expect(played.message).toBe('');
    expect(resolutions(played)).toMatchObject([{ ...input, isOverdue: false }]);
    expect(played.timers).toMatchObject([{ fireAt: new Date(decideBy), isCanceled: true }]);
  });

  it('runs only the clean-up steps when it is rejected', () => {
    const played = playFailing({ evaluateRun, resolveGate: rejected }, 'event');
    expect(after(played)).toEqual(['resolveGate', 'discardRun', 'concludeRun']);
    expect(played.message).toContain('QUALITY_GATE_REJECTED');
    expect(played.concluded).toMatchObject({ problem: { code: 'QUALITY_GATE_REJECTED' } });
  });

  it('resolves the gate when the time is over', () => {
    const played = playFailing({ evaluateRun, resolveGate: rejected }, 'timer');
    expect(resolutions(played)).toMatchObject([{ isOverdue: true }]);
    expect(played.timers).toMatchObject([{ isCanceled: false }]);
    expect(after(played)).toEqual(['resolveGate', 'discardRun', 'concludeRun']);
  });

  it('continues to wait after an event without a decision, with the same deadline', () => {
    let asked = 0;
    const resolveGate = (): object => ok({ isApproved: (asked += 1) === 3 });
    const played = playFailing({ evaluateRun, resolveGate }, 'event', 'event', 'timer');
    expect(resolutions(played)).toMatchObject([{ isOverdue: false }, { isOverdue: false }, { isOverdue: true }]);
    expect(played.timers.map(({ fireAt, isCanceled }) => [fireAt.getTime(), isCanceled])).toEqual([
      [decideBy, true],
      [decideBy, true],
      [decideBy, false],
    ]);
    expect(played.names).toContain('reconcileRun');
  });
});

describe('a replay', () => {
  it('gives the first step the execution that it replays', () => {
    const calls: { name: string; input: unknown }[] = [];
    playOrchestration('ingest', { ...input, replayOf: 'earlier' }, activities, calls);
    expect(calls[0]).toMatchObject({ name: 'ensureRun', input: { replayOf: 'earlier' } });
    expect(calls[1]?.input).not.toHaveProperty('replayOf');
  });
});

describe('a step that returns a problem', () => {
  it.each([
    ['planRun', ['ensureRun', 'extractSource', 'planRun', 'discardRun', 'concludeRun']],
    ['commitRun', undefined],
  ])('%s: only the clean-up steps follow', (name, expected) => {
    const { message, names, concluded } = playFailing({
      [name]: () => refused({ code: 'CSV_EMPTY_FILE', found: '0 bytes' }),
    });
    expect(message).toContain('CSV_EMPTY_FILE');
    expect(concluded).toMatchObject({ problem: { code: 'CSV_EMPTY_FILE', found: '0 bytes' } });
    const after = names.slice(names.indexOf(name) + 1);
    expect(expected ? names : after).toEqual(expected ?? ['discardRun', 'concludeRun']);
  });

  it('transformRange: the other ranges end, then the run stops', () => {
    const transformRange = ({ task }: { task: number }): object =>
      task === 1 ? refused({ code: 'CSV_NOT_CSV' }) : ok({ rows: 1, rejected: 0, bytes: 1 });
    const { message, names } = playFailing({ transformRange });
    expect(names.filter((name) => name === 'transformRange')).toHaveLength(3);
    expect(names).not.toContain('evaluateRun');
    expect(message).toContain('CSV_NOT_CSV');
  });
});

describe('a stream that fails after the commit', () => {
  const embedDocuments = (): never => {
    const problem = { code: 'VECTORS_UNAVAILABLE', message: 'Qdrant does not answer', found: 'fetch failed' } as const;
    throw new Error(`Activity function 'embedDocuments' failed: ${encodeProblem(problem)}`);
  };
  const { names, concluded } = playFailing({ embedDocuments });

  it('deletes nothing in Qdrant, and waits for the other stream', () => {
    expect(names).not.toContain('removeStaleVectors');
    expect(names).toContain('removeStaleDocuments');
  });

  it('does not discard the committed run', () => {
    expect(names).not.toContain('discardRun');
    expect(names).not.toContain('reconcileRun');
  });

  it('keeps the problem that the message carries', () => {
    expect(concluded).toMatchObject({ problem: { code: 'VECTORS_UNAVAILABLE', found: 'fetch failed' } });
  });
});

describe('a final run record that cannot be written', () => {
  it('does not hide the first failure', () => {
    const { message } = playFailing({
      planRun: () => refused({ code: 'RAW_FOLDER_NOT_FOUND' }),
      concludeRun: () => {
        throw new Error('no database');
      },
    });
    expect(message).toContain('RAW_FOLDER_NOT_FOUND');
  });
});

test('every step of the registry is called by an orchestrator', () => {
  const { calls } = playOrchestration(
    'ingest',
    input,
    {
      ...activities,
      planRun: () => ok({ next: 'convert', conversions: 2 }),
      convertFile: () => ok({ bytes: 1 }),
      continuePlan: () => ok({ blocks: 2, conversions: 2 }),
      scanBlock: () => ok({ bytes: 1 }),
      foldScan: () => ok({ ranges: 2, files: 2, bytes: 2, records: 4, dropsRepeatedKeys: true }),
      findRepeatedKeys: () => ok({ rows: 1, parts: 1 }),
      dropRepeatedKeys: () => ok({ dropped: 1 }),
      evaluateRun: () => ok({ passed: false, decideBy: Date.UTC(2026, 0, 3) }),
    },
    [],
    { wakes: ['event'], timers: [] },
  );
  expect([...new Set(calls.map(({ name }) => name))].sort()).toEqual([...STEP_NAMES].sort());
});
