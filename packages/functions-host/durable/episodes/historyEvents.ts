/**
 * Events of an orchestration's history in the format of the out-of-process contract: PascalCase names, numeric types, inputs
 * and results as JSON text. `EventId` is the task's id on events that schedule something and -1 on all others.
 */
export enum EventType {
  ExecutionStarted = 0,
  ExecutionTerminated = 3,
  TaskScheduled = 4,
  TaskCompleted = 5,
  TaskFailed = 6,
  SubOrchestrationInstanceCreated = 7,
  SubOrchestrationInstanceCompleted = 8,
  SubOrchestrationInstanceFailed = 9,
  TimerCreated = 10,
  TimerFired = 11,
  OrchestratorStarted = 12,
  OrchestratorCompleted = 13,
  EventRaised = 15,
}

interface Common {
  EventId: number;
  IsPlayed: boolean;
  /** ISO 8601, milliseconds, UTC. */
  Timestamp: string;
}

export interface ExecutionStarted extends Common {
  EventType: EventType.ExecutionStarted;
  Name: string;
  Version: string;
  Input: string | null;
  Tags: null;
  OrchestrationInstance: { InstanceId: string; ExecutionId: string };
  ParentInstance: { OrchestrationInstance: { InstanceId: string }; TaskScheduleId: number } | null;
}
export interface ExecutionTerminated extends Common {
  EventType: EventType.ExecutionTerminated;
  Input: string | null;
}
export interface TaskScheduled extends Common {
  EventType: EventType.TaskScheduled;
  Name: string;
  Version: string;
  /** A JSON array of one argument. */
  Input: string;
}
export interface SubOrchestrationCreated extends Common {
  EventType: EventType.SubOrchestrationInstanceCreated;
  Name: string;
  Version: string;
  InstanceId: string;
  Input: string;
}
export interface TimerCreated extends Common {
  EventType: EventType.TimerCreated;
  FireAt: string;
}
export interface TaskSucceeded extends Common {
  EventType: EventType.TaskCompleted | EventType.SubOrchestrationInstanceCompleted;
  TaskScheduledId: number;
  Result: string | null;
}
export interface TaskFailed extends Common {
  EventType: EventType.TaskFailed | EventType.SubOrchestrationInstanceFailed;
  TaskScheduledId: number;
  Reason: string;
  Details: string;
}
export interface TimerFired extends Common {
  EventType: EventType.TimerFired;
  TimerId: number;
  FireAt: string;
}
export interface EventRaised extends Common {
  EventType: EventType.EventRaised;
  Name: string;
  Input: string | null;
}
export interface EpisodeMark extends Common {
  EventType: EventType.OrchestratorStarted | EventType.OrchestratorCompleted;
}

/** Events that give a task its id. */
export type SchedulingEvent = TaskScheduled | SubOrchestrationCreated | TimerCreated;
/** Events that come from outside the orchestrator and wait in an instance's inbox. */
export type Message = ExecutionStarted | ExecutionTerminated | TaskSucceeded | TaskFailed | TimerFired | EventRaised;
export type HistoryEvent = SchedulingEvent | Message | EpisodeMark;

/** A message without the common fields, which `stamped` adds. */
export type Unstamped<T> = T extends unknown ? Omit<T, keyof Common> : never;

/** Adds the fields every event has. `timestamp` is ISO 8601. */
export function stamped<T extends object>(timestamp: string, event: T, id = -1): T & Common {
  return { EventId: id, IsPlayed: false, Timestamp: timestamp, ...event };
}

/** The id of the task or timer that ends with `event`; undefined when the event is not an outcome. */
export function outcomeOf(event: HistoryEvent | Unstamped<Message>): number | undefined {
  if ('TaskScheduledId' in event) return event.TaskScheduledId;
  return event.EventType === EventType.TimerFired ? event.TimerId : undefined;
}

/** True for an event that gives a task its id. */
export function isScheduling(event: HistoryEvent): event is SchedulingEvent {
  return (
    event.EventType === EventType.TaskScheduled ||
    event.EventType === EventType.SubOrchestrationInstanceCreated ||
    event.EventType === EventType.TimerCreated
  );
}
