import { randomUUID } from 'node:crypto';
import { EventType, stamped, type ExecutionStarted, type Message, type Unstamped } from './historyEvents';
import type { Parent } from '../instances/instance';

let lastTime = 0;
let lastText = '';

/** The current time as ISO 8601. The text is cached, because thousands of facts can fall into one millisecond. */
export function now(): string {
  const time = Date.now();
  if (time !== lastTime) [lastTime, lastText] = [time, new Date(time).toISOString()];
  return lastText;
}

/** An id of 32 hexadecimal digits, in the format of the Durable extension. */
export function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}

/** The message to a parent that its sub-orchestration has failed. */
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
