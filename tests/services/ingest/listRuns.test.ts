import { migrate } from '../../../lib/database/migrate';
import { listRuns } from '../../../lib/ingest/listRuns';
import type { Orchestration } from '../../../lib/ingest/orchestration';
import type { InstanceState } from '../../../lib/runs/describeRun';
import { createRunStore } from '../../../lib/runs/runStore';
import { instanceIdOf } from '../../../lib/runs/runKey';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test.database);
});
afterAll(() => test.drop());

const DATES = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];

it('lists a run that waits for its decision with its record, however many are newer', async () => {
  const runs = createRunStore(test.database);
  for (const date of DATES) {
    await runs.begin({ dataset: 'notes', date, runId: `run-${date}` }, { startedBy: 'Ada' });
    await runs.contract(`run-${date}`, { version: '1.0.0', hash: 'a', limitsAccess: true });
  }
  await test.database.query(`update runs set status = 'blocked' where run_id = 'run-2026-01-01'`);
  const running: InstanceState = { status: 'Running', createdAt: new Date(0), updatedAt: new Date(0) };
  const ended: InstanceState = { ...running, status: 'Completed' };
  const starting = instanceIdOf('notes', '2026-02-01');
  const orchestration = {
    state: async () => ended,
    underWay: async () =>
      new Map([
        [instanceIdOf('notes', '2026-01-01'), running],
        [instanceIdOf('notes', '2026-01-02'), running],
        [starting, running],
      ]),
  } as unknown as Orchestration;
  const listed = await listRuns({ runs }, orchestration, 1);
  expect(listed.map(({ id, runId, status, startedBy }) => [id, runId, status, startedBy])).toEqual([
    [starting, null, 'Running', null],
    [instanceIdOf('notes', '2026-01-04'), 'run-2026-01-04', 'Completed', 'Ada'],
    [instanceIdOf('notes', '2026-01-02'), 'run-2026-01-02', 'Running', 'Ada'],
    [instanceIdOf('notes', '2026-01-01'), 'run-2026-01-01', 'Blocked', 'Ada'],
  ]);
  expect(listed[3]?.limitsAccess).toBe(true);
});
