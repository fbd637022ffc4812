import { PipelineError } from '../problems/problem';
import { instanceIdOf } from '../runs/runKey';
import type { IngestDependencies } from './dependencies';
import { isUnderWay, type IngestInput, type Orchestration } from './orchestration';

/** Starts an ingest and returns its id. DATASET_UNKNOWN (404); RUN_UNDER_WAY (409), also for a blocked run. */
export async function startIngest(
  { contracts }: Pick<IngestDependencies, 'contracts'>,
  orchestration: Orchestration,
  input: IngestInput,
): Promise<string> {
  await contracts.get(input.dataset);
  const id = instanceIdOf(input.dataset, input.date);
  await refuseUnderWay(orchestration, input, id);
  try {
    await orchestration.start(id, input);
  } catch (error) {
    // Another caller may have started it since the check.
    await refuseUnderWay(orchestration, input, id);
    throw error;
  }
  return id;
}

async function refuseUnderWay(orchestration: Orchestration, { dataset, date }: IngestInput, id: string): Promise<void> {
  const state = await orchestration.state(id);
  if (!isUnderWay(state)) return;
  throw new PipelineError('RUN_UNDER_WAY', `The ingest of ${dataset} ${date} is under way.`, {
    found: `a run that is ${state?.status}`,
    expected: 'no run of this dataset and date',
    where: { field: 'date' },
    remedy: `Follow it at /api/runs/${id}; start again when it has ended. A run that is blocked waits for a decision.`,
  });
}
