import { describeRun } from '../runs/describeRun';
import type { Run } from '../runs/run';
import type { IngestDependencies } from './dependencies';
import { isUnderWay, type Orchestration } from './orchestration';

/**
 * The latest execution of each dataset and date, newest first: at most `limit` of those that have ended, and every one that
 * is under way, which may wait for a decision for days.
 */
export async function listRuns(
  { runs }: Pick<IngestDependencies, 'runs'>,
  orchestration: Orchestration,
  limit: number,
): Promise<Run[]> {
  const [recent, states] = await Promise.all([runs.recent(limit), orchestration.underWay()]);
  const listed = new Set(recent.map(({ instanceId }) => instanceId));
  const older = await runs.latest([...states.keys()].filter((id) => !listed.has(id)));
  const records = [...recent, ...[...older.values()].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())];
  // A record that is not closed may belong to a terminated run; only the engine knows.
  const open = records.filter(
    ({ status, instanceId }) => (status === 'running' || status === 'blocked') && !states.has(instanceId),
  );
  await Promise.all(
    open.map(async ({ instanceId }) => {
      const state = await orchestration.state(instanceId);
      if (state) states.set(instanceId, state);
    }),
  );
  const now = new Date();
  const recorded = new Set(records.map(({ instanceId }) => instanceId));
  const starting = [...states].filter(([id, state]) => isUnderWay(state) && !recorded.has(id));
  return [
    ...starting.map(([id, state]) => describeRun(id, state, undefined, now)),
    ...records.map((record) => describeRun(record.instanceId, states.get(record.instanceId), record, now)),
  ];
}
