import { recordProgress } from '../../../lib/runs/recordProgress';
import type { TaskCounts } from '../../../lib/runs/run';

const key = { dataset: 'letters', date: '2026-01-01', runId: 'run-1' };
const settle = () => new Promise((resolve) => setImmediate(resolve));

function recorder(write: (counts: TaskCounts) => Promise<void>) {
  const clock = { milliseconds: 0 };
  const taskProgressed = (_runId: string, _step: string, _task: number, counts: TaskCounts) => write(counts);
  const record = recordProgress(
    { taskProgressed },
    key,
    { step: 'embed', task: 3 },
    (rows: number) => ({ rows }),
    () => clock.milliseconds,
  );
  return { clock, record };
}

it('records the first progress, and then at most once in a second', async () => {
  const written: TaskCounts[] = [];
  const { clock, record } = recorder(async (counts) => void written.push(counts));
  for (const [time, rows] of [
    [0, 1],
    [999, 2],
    [1000, 3],
    [1500, 4],
    [2100, 5],
  ] as const) {
    clock.milliseconds = time;
    record(rows);
    await settle();
  }
  expect(written).toEqual([{ rows: 1 }, { rows: 3 }, { rows: 5 }]);
});

it('does not write while it writes, and a failed write changes nothing', async () => {
  const pending: ((error?: Error) => void)[] = [];
  const { clock, record } = recorder(
    () => new Promise((resolve, reject) => pending.push((error) => (error ? reject(error) : resolve()))),
  );
  record(1);
  clock.milliseconds = 5000;
  record(2);
  expect(pending).toHaveLength(1);
  pending[0]?.(new Error('no database'));
  await settle();
  record(3);
  expect(pending).toHaveLength(2);
});
