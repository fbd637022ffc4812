import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';
import type { RunStatus } from '../../lib/runs/run';
import type { InstanceState } from '../../lib/runs/describeRun';

/** The engine's view of one instance; undefined when it does not know it. */
export async function instanceState(client: DurableClient, instanceId: string): Promise<InstanceState | undefined> {
  try {
    const status = await client.getStatus(instanceId, { showInput: false });
    return status?.instanceId ? toState(status) : undefined;
  } catch (error) {
    // The client throws for an unknown instance; its message carries the status code that the engine answered.
    if (/\b404\b/.test(String(error))) return undefined;
    throw error;
  }
}

export function toState(status: DurableOrchestrationStatus): InstanceState {
  return {
    status: toRunStatus(status.runtimeStatus),
    createdAt: new Date(status.createdTime),
    updatedAt: new Date(status.lastUpdatedTime),
    failure: status.runtimeStatus.toString() === 'Failed' && status.output ? JSON.stringify(status.output) : undefined,
  };
}

function toRunStatus(status: DurableOrchestrationStatus['runtimeStatus']): RunStatus {
  const name = status.toString();
  if (name === 'ContinuedAsNew') return 'Running';
  if (name === 'Canceled') return 'Terminated';
  return name as RunStatus;
}

export function isUnderWay(state: InstanceState | undefined): boolean {
  return state !== undefined && ['Pending', 'Running', 'Suspended'].includes(state.status);
}
