import { PipelineError } from '../problems/problem';
import type { RunRecord } from '../runs/runStore';
import type { IngestDependencies } from './dependencies';
import { runNotFound } from './runNotFound';

/** The latest execution of the instance, or its execution with that run id. RUN_NOT_FOUND (404). */
export async function findExecution(
  { runs }: Pick<IngestDependencies, 'runs'>,
  instanceId: string,
  runId: string | undefined,
): Promise<RunRecord> {
  const record = runId === undefined ? (await runs.latest([instanceId])).get(instanceId) : await runs.find(runId);
  if (record?.instanceId === instanceId) return record;
  if (runId === undefined) throw runNotFound(instanceId);
  throw new PipelineError('RUN_NOT_FOUND', 'The run does not have this execution.', {
    found: JSON.stringify(runId.slice(0, 120)),
    expected: `the run id of an execution of ${instanceId}`,
    where: { field: 'run' },
    remedy: 'Leave it out for the latest; /api/quarantine/<dataset>/<date> lists those with rejected records.',
  });
}
