import { PipelineError } from '../../../lib/problems/problem';
import { migrate } from '../../../lib/database/migrate';
import { describeRun, parseInstanceId } from '../../../lib/runs/describeRun';
import { recordTask } from '../../../lib/runs/recordTask';
import type { RunSummary } from '../../../lib/runs/run';
import { createRunStore, type RunStore } from '../../../lib/runs/runStore';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
let runs: RunStore;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test.database);
  runs = createRunStore(test.database);
});
afterAll(() => test.drop());

const key = { dataset: 'letters', date: '2026-01-01', runId: 'first' };
const id = 'ingest-letters-2026-01-01';
const summary: RunSummary = {
  rows: { source: 5, lake: 4, sql: 4, vectors: 4 },
  chunks: { embedded: 9, reused: 0, deleted: 0 },
  rejected: 1,
  lakeVersion: 3,
};
const running = { status: 'Running' as const, createdAt: new Date(Date.now() - 1000), updatedAt: new Date() };

describe('the record of a run', () => {
  it('shows completed tasks, rows and rejected records of a running step', async () => {
    await runs.begin(key);
    await runs.plan('first', 'transform', 3);
    await recordTask(
      runs,
      key,
      { step: 'transform', task: 0 },
      () => Promise.resolve({ rows: 4, rejected: 1 }),
      (r) => r,
    );
    await runs.taskStarted('first', 'transform', 1);
    const run = describeRun(id, running, (await runs.latest([id])).get(id), new Date());
    expect(run).toMatchObject({ id, dataset: 'letters', date: '2026-01-01', status: 'Running', step: 'transform' });
    expect(run.steps.find(({ name }) => name === 'transform')).toMatchObject({
      status: 'running',
      done: 1,
      total: 3,
      rows: 4,
      rejected: 1,
    });
    expect(run.steps.find(({ name }) => name === 'embed')?.status).toBe('waiting');
  });

  it('counts a task once, also when it is repeated', async () => {
    const again = (): Promise<unknown> =>
      recordTask(
        runs,
        key,
        { step: 'transform', task: 0 },
        () => Promise.resolve({ rows: 4, rejected: 1 }),
        (r) => r,
      );
    await again();
    await again();
    const [step] = (await runs.latest([id])).get(id)?.steps.filter((candidate) => candidate.step === 'transform') ?? [];
    expect(step).toMatchObject({ done: 1, rows: 4, rejected: 1 });
  });

  it('keeps the problem of a failed task until a retry succeeds', async () => {
    const fail = (): Promise<never> => Promise.reject(new PipelineError('LAKE_STORAGE_UNAVAILABLE', 'no lake'));
    await expect(recordTask(runs, key, { step: 'gate', task: 0 }, fail)).rejects.toThrow('no lake');
    const statusOfGate = async (): Promise<string | undefined> =>
      describeRun(id, running, (await runs.latest([id])).get(id), new Date()).steps.find(({ name }) => name === 'gate')
        ?.status;
    expect(await statusOfGate()).toBe('failed');
    await recordTask(runs, key, { step: 'gate', task: 0 }, () => Promise.resolve({}));
    expect(await statusOfGate()).toBe('done');
  });

  it('shows the chunks of a task that is under way, of the number that its documents will have', async () => {
    const embed = async () =>
      describeRun(id, running, (await runs.latest([id])).get(id), new Date()).steps.find(
        ({ name }) => name === 'embed',
      );
    await recordTask(
      runs,
      key,
      { step: 'commit', task: 0 },
      () => Promise.resolve({ rows: 40 }),
      (r) => r,
    );
    await runs.plan('first', 'embed', 3);
    await runs.taskStarted('first', 'embed', 0);
    expect(await embed()).toMatchObject({ status: 'running', chunks: { done: 0, total: null, isEstimate: true } });
    await runs.taskProgressed('first', 'embed', 0, { rows: 10, embedded: 20, reused: 5, found: 30 });
    expect(await embed()).toMatchObject({ rows: 10, done: 0, chunks: { done: 25, total: 120, isEstimate: true } });
    await runs.taskFinished('first', 'embed', 0, { counts: { rows: 20, embedded: 55, reused: 5 } });
    // A write of the progress that arrives late does not replace the result.
    await runs.taskProgressed('first', 'embed', 0, { rows: 10, embedded: 20, reused: 5, found: 30 });
    await runs.taskStarted('first', 'embed', 1);
    await runs.taskProgressed('first', 'embed', 1, { rows: 20, embedded: 10, reused: 0, found: 40 });
    expect(await embed()).toMatchObject({ rows: 40, done: 1, chunks: { done: 70, total: 100, isEstimate: false } });
    const { chunks } = (await embed()) ?? {};
    expect(chunks?.perSecond).toBeGreaterThan(0);
    // A task that is repeated begins again.
    await runs.taskStarted('first', 'embed', 1);
    expect(await embed()).toMatchObject({ rows: 20, chunks: { done: 60, isEstimate: true } });
    await runs.taskFinished('first', 'embed', 1, { counts: { rows: 20, embedded: 40 } });
    expect(await embed()).toMatchObject({
      status: 'running',
      done: 2,
      total: 3,
      chunks: { done: 100, secondsLeft: null },
    });
    await runs.taskFinished('first', 'embed', 1, { counts: { rows: 20, embedded: 40 } });
    await recordTask(runs, key, { step: 'embed', task: -1 }, () => Promise.resolve({}));
    expect(await embed()).toMatchObject({ status: 'done', done: 3, total: 3, chunks: { done: 100, total: 100 } });
  });

  it('ends with the summary, or with the problem', async () => {
    await runs.conclude('first', { summary });
    const done = describeRun(id, { ...running, status: 'Completed' }, (await runs.latest([id])).get(id), new Date());
    expect(done).toMatchObject({
      status: 'Completed',
      rows: summary.rows,
      chunks: summary.chunks,
      rejected: 1,
      error: null,
    });
    await runs.begin({ ...key, runId: 'second' });
    await runs.conclude('second', { problem: { code: 'RECONCILE_MISMATCH', message: 'why' } });
    const failed = describeRun(id, { ...running, status: 'Failed' }, (await runs.latest([id])).get(id), new Date());
    expect(failed).toMatchObject({
      status: 'Failed',
      runId: 'second',
      error: { code: 'RECONCILE_MISMATCH', message: 'why' },
    });
  });

  it('lists the latest execution of each dataset and date, newest first', async () => {
    await runs.begin({ dataset: 'letters', date: '2026-01-02', runId: 'third' });
    expect((await runs.recent(10)).map(({ runId }) => runId)).toEqual(['third', 'second']);
    expect((await runs.recent(1)).map(({ runId }) => runId)).toEqual(['third']);
  });

  it('does not show an older execution for a starting run', () => {
    const starting = { ...running, status: 'Pending' as const, createdAt: new Date(Date.now() + 60000) };
    return runs.latest([id]).then((records) => {
      expect(describeRun(id, starting, records.get(id), new Date())).toMatchObject({
        status: 'Pending',
        runId: null,
        error: null,
      });
    });
  });
});

describe('the id of a run', () => {
  it.each([
    ['ingest-state-of-the-union-2021-04-28', { dataset: 'state-of-the-union', date: '2021-04-28' }],
    ['20261122T1-transform-0', undefined],
  ])('%s', (instanceId, expected) => {
    expect(parseInstanceId(instanceId)).toEqual(expected);
  });
});
