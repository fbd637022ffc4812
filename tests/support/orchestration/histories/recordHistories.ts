import { decide } from '../../../../packages/functions-host/durable/episodes/episode';
import {
  EventType,
  stamped,
  type HistoryEvent,
  type Message,
  type SchedulingEvent,
  type Unstamped,
} from '../../../../packages/functions-host/durable/episodes/historyEvents';
import { subOrchestrationFailed } from '../../../../packages/functions-host/durable/episodes/newEvents';
import {
  addToHistory,
  createInstance,
  receive,
  type Parent,
} from '../../../../packages/functions-host/durable/instances/instance';
import type { KeptHistory } from './history';
import { invokeWithSdk } from './invokeOrchestration';

export type Activities = Record<string, (input: never) => unknown>;

/** How a run goes: its input, what its activities answer, and whether an event ends its wait for a decision. */
export interface Scenario {
  input: { dataset: string; date: string } & Record<string, unknown>;
  activities: Activities;
  isDecided?: boolean;
}

/**
 * Runs the orchestrators as the local Functions host does (its episodes, the real SDK), with a clock that moves one second an
 * episode, so that the same code gives the same histories. Tasks end last first, because real ones end in any order.
 */
export async function recordHistories({ input, activities, isDecided }: Scenario): Promise<KeptHistory[]> {
  const histories: KeptHistory[] = [];
  const surroundings = {
    invoke: invokeWithSdk(),
    log: () => undefined,
    idCheck: 'off' as const,
    sdkSequence: undefined,
  };
  let time = Date.UTC(2026, 0, 2, 1);
  const now = (): string => new Date((time += 1000)).toISOString();

  async function play(name: string, id: string, given: unknown, parent?: Parent): Promise<KeptHistory> {
    const created = now();
    const text = JSON.stringify(given);
    const facts = { id, name, parent, created, executionId: `${id}-execution`, input: text, updated: created };
    const instance = createInstance({ ...facts, status: 'Pending' }, [], []);
    const kept: KeptHistory = { name, id, input: given, events: [], status: 'Completed', output: 'null' };
    histories.push(kept);
    let open: SchedulingEvent[] = [];
    let message: Message = stamped(created, {
      EventType: EventType.ExecutionStarted as const,
      Name: name,
      Version: '',
      Input: text,
      Tags: null,
      OrchestrationInstance: { InstanceId: id, ExecutionId: facts.executionId },
      ParentInstance: parent ? { OrchestrationInstance: { InstanceId: parent.id }, TaskScheduleId: parent.task } : null,
    });
    for (;;) {
      receive(instance, message);
      const at = now();
      const decision = await decide(instance, at, surroundings);
      if (decision.kind === 'continueAsNew') throw new Error(`${name} continues as new, which is not recorded`);
      if (decision.kind === 'commit') {
        const episode: HistoryEvent[] = [
          stamped(at, { EventType: EventType.OrchestratorStarted as const }),
          ...instance.inbox.splice(0, decision.consumed),
          ...decision.scheduled,
          stamped(at, { EventType: EventType.OrchestratorCompleted as const }),
        ];
        addToHistory(instance, episode);
        instance.delivered = 0;
        kept.events.push(...episode);
        open = [...open, ...decision.scheduled].filter(({ EventId }) => !decision.canceled.includes(EventId));
        if (decision.status === 'Completed' || decision.status === 'Failed') {
          return Object.assign(kept, { status: decision.status, output: decision.output ?? 'null' });
        }
      }
      message = stamped(now(), await nextMessage(open, { id, executionId: facts.executionId }));
    }
  }

  async function nextMessage(open: SchedulingEvent[], from: Omit<Parent, 'task'>): Promise<Unstamped<Message>> {
    const event = open.at(-1);
    if (!event) throw new Error(`${from.id} waits for nothing`);
    if (event.EventType === EventType.TimerCreated && isDecided) {
      return { EventType: EventType.EventRaised, Name: 'gateDecision', Input: '{}' };
    }
    open.pop();
    switch (event.EventType) {
      case EventType.TimerCreated:
        time = Math.max(time, Date.parse(event.FireAt));
        return { EventType: EventType.TimerFired, TimerId: event.EventId, FireAt: event.FireAt };
      case EventType.TaskScheduled:
        return outcomeOfActivity(event.EventId, event.Name, event.Input, activities);
      case EventType.SubOrchestrationInstanceCreated: {
        const parent = { ...from, task: event.EventId };
        const { status, output } = await play(event.Name, event.InstanceId, JSON.parse(event.Input), parent);
        if (status === 'Failed') return subOrchestrationFailed(event.EventId, JSON.parse(output) as string);
        const type = EventType.SubOrchestrationInstanceCompleted as const;
        return { EventType: type, TaskScheduledId: event.EventId, Result: output };
      }
    }
  }

  await play('ingest', `ingest-${input.dataset}-${input.date}`, input);
  return histories;
}

function outcomeOfActivity(task: number, name: string, text: string, activities: Activities): Unstamped<Message> {
  const activity = activities[name];
  if (!activity) throw new Error(`The scenario has no activity '${name}'.`);
  const [input] = JSON.parse(text) as [never];
  try {
    const Result = JSON.stringify(activity(input));
    return { EventType: EventType.TaskCompleted, TaskScheduledId: task, Result };
  } catch (error) {
    const Reason = `Activity function '${name}' failed: ${(error as Error).message}`;
    return { EventType: EventType.TaskFailed, TaskScheduledId: task, Reason, Details: '' };
  }
}
