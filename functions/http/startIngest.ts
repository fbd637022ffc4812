import type { DurableClient } from 'durable-functions';
import { PipelineError } from '../../lib/problems/problem';
import { instanceIdOf } from '../../lib/runs/runKey';
import { INGEST, type IngestInput } from '../../orchestrators/ingest';
import { theApp } from '../theApp';
import { instanceState, isUnderWay } from './runInstances';

/** Starts an ingest and returns its id. DATASET_UNKNOWN (404); RUN_UNDER_WAY (409), also while it is blocked. */
export async function startIngest(client: DurableClient, input: IngestInput): Promise<string> {
  const { dataset, date } = input;
  await theApp().contracts.get(dataset);
  const id = instanceIdOf(dataset, date);
  await refuseUnderWay(client, input, id);
  try {
    await client.startNew(INGEST, { instanceId: id, input });
  } catch (error) {
    // Somebody else may have started it since we asked; the engine takes one start only.
    await refuseUnderWay(client, input, id);
    throw error;
  }
  return id;
}

async function refuseUnderWay(client: DurableClient, { dataset, date }: IngestInput, id: string): Promise<void> {
  const state = await instanceState(client, id);
  if (!isUnderWay(state)) return;
  throw new PipelineError('RUN_UNDER_WAY', `The ingest of ${dataset} ${date} is under way.`, {
    found: `a run that is ${state?.status}`,
    expected: 'no run of this dataset and date',
    where: { field: 'date' },
    remedy: `Follow it at /api/runs/${id}; start again when it has ended. One that is blocked waits for a decision.`,
  });
}
