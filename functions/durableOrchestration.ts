import * as df from 'durable-functions';
import type { Orchestration } from '../lib/ingest/orchestration';
import { parseInstanceId, type InstanceState } from '../lib/runs/describeRun';
import type { RunStatus } from '../lib/runs/run';
import { GATE_DECISION, INGEST } from '../orchestrators/ingest';

/** Gives the use cases access to Durable Functions, through the client of one invocation. */
export function durableOrchestration(client: df.DurableClient): Orchestration {
  return {
    state: async (instanceId) => {
      try {
        const status = await client.getStatus(instanceId, { showInput: false });
        return status?.instanceId ? toState(status) : undefined;
      } catch (error) {
        // The client throws for an unknown instance; its message carries the status code that the engine answered.
        if (/\b404\b/.test(String(error))) return undefined;
        throw error;
      }
    },
    underWay: async () => {
      const { Pending, Running, Suspended } = df.OrchestrationRuntimeStatus;
      const runtimeStatus = [Pending, Running, Suspended] as df.OrchestrationRuntimeStatus[];
      const instances = await client.getStatusBy({ runtimeStatus });
      return new Map(
        instances
          .filter(({ instanceId }) => parseInstanceId(instanceId))
          .map((status) => [status.instanceId, toState(status)]),
      );
    },
    start: async (instanceId, input) => {
      await client.startNew(INGEST, { instanceId, input });
    },
    wake: (instanceId, runId) => client.raiseEvent(instanceId, GATE_DECISION, { runId }),
    terminate: (instanceId, reason) => client.terminate(instanceId, reason),
    resume: (instanceId, reason) => client.resume(instanceId, reason),
  };
}

function toState(status: df.DurableOrchestrationStatus): InstanceState {
  return {
    status: toRunStatus(status.runtimeStatus),
    createdAt: new Date(status.createdTime),
    updatedAt: new Date(status.lastUpdatedTime),
    failure: status.runtimeStatus.toString() === 'Failed' && status.output ? JSON.stringify(status.output) : undefined,
  };
}

function toRunStatus(status: df.DurableOrchestrationStatus['runtimeStatus']): RunStatus {
  const name = status.toString();
  if (name === 'ContinuedAsNew') return 'Running';
  if (name === 'Canceled') return 'Terminated';
  return name as RunStatus;
}
