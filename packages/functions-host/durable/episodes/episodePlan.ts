import { EventType, stamped, type SchedulingEvent } from './historyEvents';
import type { Instance } from '../instances/instance';
import type { Command, Simulation } from './simulate';

export interface EpisodePlan {
  /** New tasks and timers to write into the history, then to start. */
  scheduled: SchedulingEvent[];
  /** Ids of running timers that the orchestrator has canceled. */
  canceled: number[];
  /** Set when the orchestrator asked for other tasks than its history contains. */
  contradiction?: string;
}

/**
 * Compares the commands of a simulation, starting at number `from`, with what the instance has scheduled so far. Pure.
 * `at` is ISO 8601.
 */
export function planEpisode(instance: Instance, simulation: Simulation, from: number, at: string): EpisodePlan {
  const plan: EpisodePlan = { scheduled: [], canceled: [] };
  for (const command of simulation.commands.slice(from)) {
    const known = instance.scheduled.get(command.id);
    if (known) {
      plan.contradiction ??= contradiction(instance, command, known);
      if (command.kind === 'timer' && command.isCanceled) plan.canceled.push(command.id);
    } else if (command.kind !== 'timer' || !command.isCanceled) {
      plan.scheduled.push(toEvent(instance, command, at));
    }
  }
  return plan;
}

function toEvent(instance: Instance, command: Command, at: string): SchedulingEvent {
  switch (command.kind) {
    case 'timer':
      return stamped(at, { EventType: EventType.TimerCreated as const, FireAt: command.fireAt }, command.id);
    case 'activity': {
      const { functionName: Name, input } = command.action;
      const Input = JSON.stringify([input ?? null]);
      return stamped(at, { EventType: EventType.TaskScheduled as const, Name, Version: '', Input }, command.id);
    }
    case 'subOrchestration': {
      const { functionName: Name, input, instanceId, version } = command.action;
      const fields = {
        EventType: EventType.SubOrchestrationInstanceCreated as const,
        Name,
        Version: version ?? '',
        InstanceId: instanceId || `${instance.executionId}:${command.id}`,
        Input: JSON.stringify(input ?? null),
      };
      return stamped(at, fields, command.id);
    }
  }
}

function contradiction(instance: Instance, command: Command, known: SchedulingEvent): string | undefined {
  if (isSame(command, known)) return undefined;
  const now = describeCommand(command);
  const before = describeEvent(known);
  return (
    `Non-deterministic orchestrator: '${instance.name}' now asks for ${now} as task ${command.id}, ` +
    `but its history says ${before}. An orchestrator must ask for the same tasks in the same order at each replay; ` +
    'after a change of its code, terminate and purge the instances that were running. The same happens when a timer is ' +
    'canceled that raced with a task which has been retried.'
  );
}

function isSame(command: Command, known: SchedulingEvent): boolean {
  switch (known.EventType) {
    case EventType.TimerCreated:
      return command.kind === 'timer';
    case EventType.TaskScheduled:
      return command.kind === 'activity' && command.action.functionName === known.Name;
    case EventType.SubOrchestrationInstanceCreated:
      return command.kind === 'subOrchestration' && command.action.functionName === known.Name;
  }
}

function describeCommand(command: Command): string {
  return command.kind === 'timer' ? 'a timer' : `${command.kind} '${command.action.functionName}'`;
}

function describeEvent(event: SchedulingEvent): string {
  if (event.EventType === EventType.TimerCreated) return 'a timer';
  return `${event.EventType === EventType.TaskScheduled ? 'activity' : 'subOrchestration'} '${event.Name}'`;
}
