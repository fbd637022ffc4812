import { EventType, type HistoryEvent, type SchedulingEvent } from './historyEvents';

/** One line of `historyEvents` in a status answer. `Result` and `Input` are JSON text here. */
export interface HistoryLine {
  EventType: string;
  Timestamp: string;
  FunctionName?: string;
  ScheduledTime?: string;
  FireAt?: string;
  Name?: string;
  Reason?: string;
  Result?: string | null;
  Input?: string | null;
  OrchestrationStatus?: string;
}

/**
 * The history as the status query shows it: a task and its outcome share one line, episode marks are left out. A task
 * without an outcome has its own line.
 */
export function viewHistory(events: Iterable<HistoryEvent>): HistoryLine[] {
  const scheduled = new Map<number, SchedulingEvent>();
  const lines: HistoryLine[] = [];
  for (const event of events) {
    const { Timestamp } = event;
    const type = EventType[event.EventType];
    switch (event.EventType) {
      case EventType.ExecutionStarted:
        lines.push({ EventType: type, Timestamp, FunctionName: event.Name, Input: event.Input });
        break;
      case EventType.TaskScheduled:
      case EventType.SubOrchestrationInstanceCreated:
      case EventType.TimerCreated:
        scheduled.set(event.EventId, event);
        break;
      case EventType.TaskCompleted:
      case EventType.SubOrchestrationInstanceCompleted:
        lines.push({
          EventType: type,
          Timestamp,
          ...takeOrigin(scheduled, event.TaskScheduledId),
          Result: event.Result,
        });
        break;
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceFailed:
        lines.push({
          EventType: type,
          Timestamp,
          ...takeOrigin(scheduled, event.TaskScheduledId),
          Reason: event.Reason,
        });
        break;
      case EventType.TimerFired:
        takeOrigin(scheduled, event.TimerId);
        lines.push({ EventType: type, Timestamp, FireAt: event.FireAt });
        break;
      case EventType.EventRaised:
        lines.push({ EventType: type, Timestamp, Name: event.Name, Input: event.Input });
        break;
      case EventType.ExecutionTerminated:
        lines.push({ EventType: type, Timestamp, Input: event.Input });
        break;
      default:
        break;
    }
  }
  for (const event of scheduled.values()) lines.push(pendingLine(event));
  return lines;
}

function takeOrigin(scheduled: Map<number, SchedulingEvent>, id: number): Partial<HistoryLine> {
  const origin = scheduled.get(id);
  scheduled.delete(id);
  if (!origin || origin.EventType === EventType.TimerCreated) return {};
  return { FunctionName: origin.Name, ScheduledTime: origin.Timestamp };
}

function pendingLine(event: SchedulingEvent): HistoryLine {
  const line: HistoryLine = { EventType: EventType[event.EventType], Timestamp: event.Timestamp };
  if (event.EventType === EventType.TimerCreated) line.FireAt = event.FireAt;
  else line.FunctionName = event.Name;
  return line;
}
