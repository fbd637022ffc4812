import { PipelineError } from '../problems/problem';
import { instanceIdOf } from '../runs/runKey';
import { chooseContract } from '../staging/chooseContract';
import type { IngestDependencies } from './dependencies';
import { isUnderWay, type IngestInput, type Orchestration } from './orchestration';

/**
 * Starts an ingest and returns its id. `contractVersion` as in `chooseContract`. Errors: those of `chooseContract`;
 * RUN_UNDER_WAY (409), also for a blocked run.
 */
export async function startIngest(
  { lakehouse }: Pick<IngestDependencies, 'lakehouse'>,
  orchestration: Orchestration,
  { contractVersion, ...started }: Omit<IngestInput, 'contractHash'> & { contractVersion?: string },
): Promise<string> {
  const contractHash = await chooseContract(lakehouse, started, contractVersion);
  const input: IngestInput = { ...started, ...(contractHash === undefined ? {} : { contractHash }) };
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
