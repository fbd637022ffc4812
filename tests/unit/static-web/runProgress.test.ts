import type { Run, StepProgress } from '../../../lib/api/runs';
import { RUN_STEPS } from '../../../lib/runs/runKey';
import {
  doStoresAgree,
  hasEnded,
  pollDelayAfter,
  shareOf,
  stepTitleOf,
  stepFacts,
  stepTitle,
} from '../../../static-web/src/runProgress';

const step: StepProgress = {
  name: 'embed',
  status: 'running',
  done: 3,
  total: 8,
  rows: 233,
  rejected: 2,
  chunks: null,
  seconds: 1.23,
};
const chunks = { done: 1200, total: 5000, isEstimate: true, perSecond: 211.5, secondsLeft: 18 };
const run: Run = {
  id: 'ingest-speeches-2024-01-15',
  dataset: 'speeches',
  date: '2024-01-15',
  runId: 'a',
  status: 'Completed',
  step: 'reconcile',
  startedBy: null,
  limitsAccess: false,
  startedAt: '2024-01-15T01:00:00Z',
  finishedAt: '2024-01-15T01:01:00Z',
  seconds: 60,
  steps: [step],
  rows: { source: 235, lake: 233, sql: 233, vectors: 233 },
  chunks: null,
  rejected: 2,
  dropped: 0,
  lakeVersion: 0,
  error: null,
};

it('polls every second during a run, and rarely otherwise', () => {
  const moving = pollDelayAfter([run, { ...run, status: 'Running' }]);
  expect(moving).toBe(1_000);
  expect(pollDelayAfter([{ ...run, status: 'Pending' }])).toBe(moving);
  expect(pollDelayAfter([run, { ...run, status: 'Suspended' }])).toBeGreaterThan(moving);
  expect(pollDelayAfter([])).toBeGreaterThan(moving);
  const waiting = pollDelayAfter([run, { ...run, status: 'Blocked' }]);
  expect(waiting).toBeGreaterThan(moving);
  expect(waiting).toBeLessThan(pollDelayAfter([run]));
  expect(pollDelayAfter(undefined)).toBeGreaterThan(moving);
});

it.each<[Partial<StepProgress>, number | undefined]>([
  [{}, 3 / 8],
  [{ status: 'waiting' }, 0],
  [{ status: 'skipped' }, 0],
  [{ status: 'done', done: 0, total: 0 }, 1],
  [{ status: 'failed' }, 3 / 8],
  [{ status: 'failed', total: 0 }, 0],
  [{ total: 0 }, undefined],
  [{ done: 9 }, 1],
  [{ done: 0, chunks: { ...chunks, done: 50, total: 200 } }, 0.25],
  [{ chunks: { ...chunks, total: null } }, 3 / 8],
])('shows the completed share of %j', (change, share) => {
  expect(shareOf({ ...step, ...change })).toBe(share);
});

it.each<[Partial<StepProgress>, string]>([
  [{}, '3 of 8 · 233 rows · 2 rejected · 1.2 s'],
  [{ rows: 0, rejected: 0, total: 0 }, '1.2 s'],
  [{ status: 'done', done: 1, total: 1, rows: 1, rejected: 0 }, '1 row · 1.2 s'],
  [{ rows: 0, rejected: 0, chunks }, '3 of 8 · 1,200 of about 5,000 chunks · 211.5 chunks/s · about 18 s left · 1.2 s'],
  [
    { rows: 0, rejected: 0, chunks: { ...chunks, isEstimate: false, secondsLeft: null } },
    '3 of 8 · 1,200 of 5,000 chunks · 211.5 chunks/s · 1.2 s',
  ],
  [{ rows: 0, rejected: 0, chunks: { ...chunks, done: 0, perSecond: null } }, '3 of 8 · 1.2 s'],
  [
    { status: 'done', done: 8, rows: 0, rejected: 0, chunks: { ...chunks, done: 5000, isEstimate: false } },
    '8 of 8 · 5,000 chunks · 1.2 s',
  ],
  [{ status: 'waiting' }, 'waiting'],
  [{ status: 'skipped' }, 'skipped'],
])('describes a step with %j: %s', (change, facts) => {
  expect(stepFacts({ ...step, ...change })).toBe(facts);
});

it('has a label for every step of a run, and shows an unknown step by its name', () => {
  for (const name of RUN_STEPS) expect(stepTitle(name)).not.toBe(name);
  expect(stepTitle('vacuum')).toBe('vacuum');
});

it('describes the state of a run, also before its first step', () => {
  expect(stepTitleOf(run)).toBe(stepTitle('reconcile'));
  expect(stepTitleOf({ ...run, step: null })).not.toBe('');
});

it('reports that the stores agree only when all counts agree', () => {
  expect(doStoresAgree(run)).toBe(true);
  expect(doStoresAgree({ ...run, rows: null })).toBe(false);
  for (const store of ['source', 'lake', 'sql', 'vectors'] as const) {
    const rows = { source: 235, lake: 233, sql: 233, vectors: 233 };
    rows[store] -= 1;
    expect(doStoresAgree({ ...run, rows })).toBe(false);
  }
  const rows = { source: 235, lake: 233, sql: 233, vectors: 200 };
  expect(doStoresAgree({ ...run, rows: { ...rows, superseded: 33 } })).toBe(true);
  expect(doStoresAgree({ ...run, rows: { ...rows, superseded: 32 } })).toBe(false);
});

it.each([
  ['Completed', true],
  ['Failed', true],
  ['Cancelled', true],
  ['Terminated', true],
  ['Blocked', false],
  ['Running', false],
  ['Pending', false],
  ['Suspended', false],
] as const)('offers a replay of a run that is %s: %s', (status, expected) => {
  expect(hasEnded({ ...run, status })).toBe(expected);
});
