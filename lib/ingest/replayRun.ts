import type { IngestDependencies } from './dependencies';
import type { Orchestration } from './orchestration';
import { runNotFound } from './runNotFound';
import { startIngest } from './startIngest';

/**
 * After a fix of the files or the contract: ingests the same dataset and date again, with the files as they are now, and with the
 * contract that `contractVersion` chooses (default: the current one). The new execution names the one that it replays, so that their rejected records can be compared. Returns the
 * started run. Errors: RUN_NOT_FOUND when it never ran; RUN_UNDER_WAY.
 */
export async function replayRun(
  dependencies: Pick<IngestDependencies, 'lakehouse' | 'runs'>,
  orchestration: Orchestration,
  instanceId: string,
  startedBy: string,
  contractVersion?: string,
): Promise<{ dataset: string; date: string; replayOf: string }> {
  const record = (await dependencies.runs.latest([instanceId])).get(instanceId);
  if (!record) throw runNotFound(instanceId);
  const { dataset, date, runId: replayOf } = record;
  await startIngest(dependencies, orchestration, { dataset, date, replayOf, startedBy, contractVersion });
  return { dataset, date, replayOf };
}
