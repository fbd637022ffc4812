import { describeReplay } from '../runs/describeReplay';
import { describeRun } from '../runs/describeRun';
import { describeUsage } from '../runs/describeUsage';
import type { RunDetail } from '../runs/run';
import type { IngestDependencies } from './dependencies';
import type { Orchestration } from './orchestration';
import { runNotFound } from './runNotFound';

/** One run, live: its steps, the verdict and decision of its gate, how a replay compares, what it used. RUN_NOT_FOUND (404). */
export async function showRun(
  dependencies: Pick<IngestDependencies, 'runs' | 'gates' | 'cancellations' | 'usages' | 'prices'>,
  orchestration: Orchestration,
  instanceId: string,
): Promise<RunDetail> {
  const { runs, gates, cancellations, usages, prices } = dependencies;
  const [state, records] = await Promise.all([orchestration.state(instanceId), runs.latest([instanceId])]);
  const record = records.get(instanceId);
  if (!state && !record) throw runNotFound(instanceId);
  const run = describeRun(instanceId, state, record, new Date());
  // While an execution starts, the record is still that of an earlier one.
  const current = run.runId === null ? undefined : record;
  const [gate, replayed, cancellation, used] = await Promise.all([
    current && gates.find(current.runId),
    typeof current?.replayOf === 'string' ? runs.find(current.replayOf) : undefined,
    current && cancellations.find(current.runId),
    current && usages.ofRun(current.runId),
  ]);
  const replay = current && replayed ? describeReplay(current, replayed) : null;
  return {
    ...run,
    contract: current?.contract ? { version: current.contract.version, hash: current.contract.hash } : null,
    gate: gate ?? null,
    replay,
    ignored: current?.ignored ?? null,
    cancellation: cancellation ?? null,
    usage: describeUsage(used ?? [], prices),
  };
}
