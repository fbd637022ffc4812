import type { Invoke } from '../../../../packages/functions-host/worker/invoke';
import {
  EventType,
  isScheduling,
  type HistoryEvent,
  type SchedulingEvent,
} from '../../../../packages/functions-host/durable/episodes/historyEvents';
import { orchestratorPayload } from '../../../../packages/functions-host/durable/episodes/orchestratorPayload';
import {
  readAnswer,
  readFailure,
  type OrchestratorAnswer,
} from '../../../../packages/functions-host/durable/episodes/orchestratorAnswer';
import { simulate, type Command } from '../../../../packages/functions-host/durable/episodes/simulate';
import { createInstance } from '../../../../packages/functions-host/durable/instances/instance';
import type { KeptHistory } from './history';

/** What an orchestrator schedules: of an activity or sub-orchestration its name and input, of a timer its time. */
export interface Scheduled {
  id: number;
  kind: Command['kind'];
  name?: string;
  instanceId?: string;
  input?: unknown;
  fireAt?: string;
}

/** One episode: what the history has scheduled at its end, and what the orchestrator schedules now. */
export interface ReplayedEpisode {
  kept: Scheduled[];
  now: Scheduled[];
}

export interface ReplayedHistory {
  episodes: ReplayedEpisode[];
  end: Pick<KeptHistory, 'status' | 'output'> | undefined;
}

/** Gives each beginning of the history that ends with an episode to the orchestrator. */
export async function replayHistory(history: KeptHistory, invoke: Invoke): Promise<ReplayedHistory> {
  const { events } = history;
  const episodes: ReplayedEpisode[] = [];
  let answer: OrchestratorAnswer | undefined;
  for (const [at, event] of events.entries()) {
    if (event.EventType !== EventType.OrchestratorCompleted) continue;
    const before = events.slice(0, at);
    while (before.length > 0 && isScheduling(before.at(-1) as HistoryEvent)) before.pop();
    answer = await ask(history, before, invoke);
    const kept = events.slice(0, at).filter(isScheduling).map(describeEvent);
    // A timer that is canceled in the episode that creates it never exists.
    const exists = ({ id, ...command }: Command): boolean =>
      command.kind !== 'timer' || !command.isCanceled || kept.some((known) => known.id === id);
    const now = simulate(before, answer.actions).commands.filter(exists).map(describeCommand);
    episodes.push({ kept, now });
  }
  return { episodes, end: answer && endOf(history, answer) };
}

async function ask(history: KeptHistory, events: HistoryEvent[], invoke: Invoke): Promise<OrchestratorAnswer> {
  const { name, id, input } = history;
  const facts = { id, name, created: '', executionId: '', input: JSON.stringify(input), updated: '' };
  const instance = createInstance({ ...facts, status: 'Running' }, [], []);
  try {
    const { returnValue } = await invoke(name, { data: { string: orchestratorPayload(instance, events) } });
    return readAnswer(returnValue);
  } catch (error) {
    return readFailure(error);
  }
}

function endOf(history: KeptHistory, { failure, isDone, output }: OrchestratorAnswer): ReplayedHistory['end'] {
  if (failure !== undefined) {
    return { status: 'Failed', output: JSON.stringify(`Orchestrator function '${history.name}' failed: ${failure}`) };
  }
  return isDone ? { status: 'Completed', output } : undefined;
}

function describeCommand(command: Command): Scheduled {
  const { id, kind } = command;
  if (kind === 'timer') return { id, kind, fireAt: command.fireAt };
  const { functionName: name, input } = command.action;
  if (kind === 'activity') return { id, kind, name, input };
  return { id, kind, name, input, instanceId: command.action.instanceId };
}

function describeEvent(event: SchedulingEvent): Scheduled {
  const id = event.EventId;
  switch (event.EventType) {
    case EventType.TimerCreated:
      return { id, kind: 'timer', fireAt: event.FireAt };
    case EventType.TaskScheduled:
      return { id, kind: 'activity', name: event.Name, input: (JSON.parse(event.Input) as [unknown])[0] };
    case EventType.SubOrchestrationInstanceCreated: {
      const { Name: name, InstanceId: instanceId, Input } = event;
      return { id, kind: 'subOrchestration', name, instanceId, input: JSON.parse(Input) as unknown };
    }
  }
}
