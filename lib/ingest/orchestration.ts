import type { InstanceState } from '../runs/describeRun';

/** What an ingest is started with. */
export interface IngestInput {
  dataset: string;
  /** Partition, `yyyy-mm-dd`. */
  date: string;
  /** Run id of the execution that this one replays. */
  replayOf?: string;
  /** Name of the caller, or `schedule`. */
  startedBy?: string;
  /** Hash of the earlier contract to use. Absent: the current one. */
  contractHash?: string;
}

/** The orchestration engine, as the use cases of an ingest need it. An instance is one (dataset, date). */
export interface Orchestration {
  /** Undefined for an instance that the engine does not know. */
  state(instanceId: string): Promise<InstanceState | undefined>;
  /** Every ingest that has not ended, by instance id. */
  underWay(): Promise<Map<string, InstanceState>>;
  /** Throws the error of the engine when the instance is under way. */
  start(instanceId: string, input: IngestInput): Promise<void>;
  /** Ends the wait of a blocked run, so that it looks up its decision. Safe to repeat. */
  wake(instanceId: string, runId: string): Promise<void>;
  /** Ends an instance that has not begun. It does not end the sub-orchestrations and activities of one that has. */
  terminate(instanceId: string, reason: string): Promise<void>;
  /** Continues a suspended instance. */
  resume(instanceId: string, reason: string): Promise<void>;
}

export function isUnderWay(state: InstanceState | undefined): boolean {
  return state !== undefined && ['Pending', 'Running', 'Suspended'].includes(state.status);
}
