import type { HistoryEvent, Message, SchedulingEvent } from '../episodes/historyEvents';
import { isScheduling, outcomeOf } from '../episodes/historyEvents';
import type { HistoryLine } from '../episodes/historyView';
import { UnfinishedStarts, type UnfinishedStartsJson } from './unfinishedStarts';
import type { OrchestratorAnswer } from '../episodes/orchestratorAnswer';
import type { Simulation } from '../episodes/simulate';

export type RuntimeStatus = 'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated';

/** The parent's task that waits for a sub-orchestration. `executionId` distinguishes the executions of the parent. */
export interface Parent {
  id: string;
  executionId: string;
  task: number;
}

/** Facts about an instance, running or ended. JSON values are kept as JSON text. */
export interface InstanceFacts {
  readonly id: string;
  readonly name: string;
  readonly parent?: Parent;
  /** ISO 8601, milliseconds. */
  readonly created: string;
  executionId: string;
  input: string | null;
  status: RuntimeStatus;
  updated: string;
  output?: string;
  customStatus?: string;
}

/** An orchestrator's answer and its simulation on the history since then. `planned` of its commands are in the history. */
export interface SimulatedAnswer {
  answer: OrchestratorAnswer;
  simulation: Simulation;
  planned: number;
}

/** One orchestration instance in memory: the facts of the journal and the data derived from them. */
export interface Instance extends InstanceFacts {
  history: HistoryEvent[];
  /** Messages in the journal that no committed episode has consumed yet. */
  inbox: Message[];
  /** Scheduled tasks and timers of this execution by id. */
  scheduled: Map<number, SchedulingEvent>;
  /** Ids of tasks and timers whose outcome is in the journal. */
  outcomes: Set<number>;
  /** Starts of activities of this execution without a result. */
  starts: UnfinishedStarts;
  /** The history of an ended instance as the status query shows it; undefined while the instance runs. */
  view?: HistoryLine[];
  /** Between replays: the orchestrator's last answer. */
  current?: SimulatedAnswer;
  /** How many messages of the inbox were delivered to the orchestrator (or to the simulation of its last answer). */
  delivered: number;
  /** JSON text of the history's events, comma separated, so that a replay does not serialize past events again. */
  playedJson: string;
  playedCount: number;
  isBusy: boolean;
}

/** True when an instance has ended and can't change any more. */
export function isEnded(instance: { status: RuntimeStatus }): boolean {
  return instance.status === 'Completed' || instance.status === 'Failed' || instance.status === 'Terminated';
}

/** Creates an instance in memory from its facts and, if it is still running, its history and inbox. */
export function createInstance(
  facts: InstanceFacts,
  history: HistoryEvent[],
  inbox: Message[],
  starts?: UnfinishedStartsJson,
): Instance {
  const instance: Instance = {
    ...facts,
    history: [],
    inbox: [],
    scheduled: new Map(),
    outcomes: new Set(),
    starts: new UnfinishedStarts(starts),
    delivered: 0,
    playedJson: '',
    playedCount: 0,
    isBusy: false,
  };
  addToHistory(instance, history);
  for (const message of inbox) receive(instance, message);
  return instance;
}

/** Puts a message that is in the journal into the inbox. */
export function receive(instance: Instance, message: Message): void {
  instance.inbox.push(message);
  const outcome = outcomeOf(message);
  if (outcome === undefined) return;
  instance.outcomes.add(outcome);
  instance.starts.finish(outcome);
}

/** Appends committed events and updates the data derived from them. */
export function addToHistory(instance: Instance, events: Iterable<HistoryEvent>): void {
  for (const event of events) {
    instance.history.push(event);
    if (isScheduling(event)) instance.scheduled.set(event.EventId, event);
    const outcome = outcomeOf(event);
    if (outcome !== undefined) instance.outcomes.add(outcome);
  }
}

/** Deletes the history and all data derived from it (for a new execution, or at the end). */
export function clearHistory(instance: Instance): void {
  instance.history = [];
  instance.scheduled = new Map();
  instance.outcomes = new Set();
  instance.starts = new UnfinishedStarts();
  instance.current = undefined;
  instance.delivered = 0;
  instance.playedJson = '';
  instance.playedCount = 0;
}

/** The facts alone, as a plain object for the journal. */
export function factsOf(instance: Instance): InstanceFacts {
  const { id, name, parent, created, executionId, input, status, updated, output, customStatus } = instance;
  return { id, name, parent, created, executionId, input, status, updated, output, customStatus };
}
