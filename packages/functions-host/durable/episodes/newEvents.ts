import { randomUUID } from 'node:crypto';
import { EventType, stamped, type ExecutionStarted, type Message, type Unstamped } from './historyEvents';
import type { Parent } from '../instances/instance';

let lastTime = 0;
let lastText = '';

/** The time as ISO 8601; writing it out is worth saving when thousands of facts fall into one millisecond. */
export function now(): string {
  const time = Date.now();
  if (time !== lastTime) [lastTime, lastText] = [time, new Date(time).toISOString()];
  return lastText;
}

/** An id of 32 hexadecimal digits, as the extension makes them. */
export function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}

/** Tells a parent that its sub-orchestration has failed. */
export function subOrchestrationFailed(task: number, reason: string): Unstamped<Message> {
  const type = EventType.SubOrchestrationInstanceFailed as const;
  return { EventType: type, TaskScheduledId: task, Reason: reason, Details: '' };
}

/** The first event of an execution, with a new execution id. `input` is JSON text. */
export function startedEvent(
  instance: { id: string; name: string; parent?: Parent },
  input: string | null,
  version = '',
): ExecutionStarted {
  const { id, name, parent } = instance;
  return stamped(now(), {
    EventType: EventType.ExecutionStarted as const,
    Name: name,
    Version: version,
    Input: input,
    Tags: null,
    OrchestrationInstance: { InstanceId: id, ExecutionId: randomHex() },
    ParentInstance: parent ? { OrchestrationInstance: { InstanceId: parent.id }, TaskScheduleId: parent.task } : null,
  });
}
