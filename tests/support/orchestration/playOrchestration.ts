import type { OrchestrationContext } from 'durable-functions';
import { ORCHESTRATIONS } from './orchestrations';

interface FakeTask {
  run: () => unknown;
}

/** A timer that the orchestration made. */
export interface FakeTimer {
  fireAt: Date;
  isCompleted: boolean;
  isCanceled: boolean;
  cancel(): void;
}

/** One call of an activity or sub-orchestration: its input and its result (undefined if it threw). */
export interface Exchange {
  kind: 'activity' | 'sub-orchestration';
  name: string;
  /** Only for a sub-orchestration. */
  instanceId?: string;
  input: unknown;
  result?: unknown;
}

/** Recorded calls and task counts of a play, to measure payloads and histories. */
export interface Observed {
  exchanges: Exchange[];
  /** Tasks that each orchestration started. */
  tasks: { name: string; count: number }[];
}

/** What ends a wait: the event or the timer. */
export type Wake = 'event' | 'timer';

/**
 * Plays an orchestration with the given activities, one after another, in the order in which the tasks are created. Only
 * the order is under test here; the engine has tests of its own. Returns the result and the activity calls in order.
 */
export function playOrchestration(
  name: string,
  input: object,
  activities: Record<string, (input: never) => unknown>,
  calls: { name: string; input: unknown }[] = [],
  waiting: { wakes: Wake[]; timers: FakeTimer[] } = { wakes: [], timers: [] },
  observed: Observed = { exchanges: [], tasks: [] },
): { result: unknown; calls: { name: string; input: unknown }[] } {
  const started = { name, count: 0 };
  observed.tasks.push(started);
  const exchange = (about: Exchange, work: () => unknown): unknown => {
    observed.exchanges.push(about);
    return (about.result = work());
  };
  const once = (work: () => unknown): FakeTask => {
    started.count += 1;
    let isYielded = false;
    return {
      run: () => {
        if (isYielded) throw new Error('a task was yielded twice');
        isYielded = true;
        return work();
      },
    };
  };
  const call = (activity: string, given: unknown): FakeTask =>
    once(() => {
      calls.push({ name: activity, input: given });
      const handler = activities[activity];
      if (!handler) throw new Error(`no such activity: ${activity}`);
      return exchange({ kind: 'activity', name: activity, input: given }, () => handler(given as never));
    });
  const context = {
    df: {
      instanceId: 'ingest-letters-2026-01-01',
      currentUtcDateTime: new Date('2026-01-02T01:00:00.250Z'),
      getInput: () => input,
      newGuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
      callActivityWithRetry: (activity: string, _retry: unknown, given: unknown) => call(activity, given),
      callSubOrchestrator: (sub: string, given: object, instanceId: string): FakeTask =>
        once(() =>
          exchange(
            { kind: 'sub-orchestration', name: sub, instanceId, input: given },
            () => playOrchestration(sub, given, activities, calls, waiting, observed).result,
          ),
        ),
      createTimer: (fireAt: Date): FakeTimer => {
        const timer: FakeTimer = {
          fireAt,
          isCompleted: false,
          isCanceled: false,
          cancel: () => (timer.isCanceled = true),
        };
        waiting.timers.push(timer);
        return timer;
      },
      waitForExternalEvent: (event: string) => ({ event }),
      Task: {
        any: ([event, timer]: [unknown, FakeTimer]): FakeTask => ({
          run: () => {
            const wake = waiting.wakes.shift();
            if (wake === undefined) throw new Error('the orchestration waits, and nothing wakes it');
            if (wake === 'event') return event;
            timer.isCompleted = true;
            return timer;
          },
        }),
        all: (tasks: FakeTask[]): FakeTask => ({
          run: () => {
            // As in the engine, all children end before the first failure is thrown.
            const outcomes = tasks.map((task) => {
              try {
                return { value: task.run() };
              } catch (error) {
                return { error };
              }
            });
            const failed = outcomes.find((outcome) => 'error' in outcome);
            if (failed && 'error' in failed) throw failed.error;
            return outcomes.map((outcome) => ('value' in outcome ? outcome.value : undefined));
          },
        }),
      },
    },
  } as unknown as OrchestrationContext;

  const flow = ORCHESTRATIONS[name]?.(context);
  if (!flow) throw new Error(`no such orchestration: ${name}`);
  let step = flow.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = (step.value as FakeTask).run();
    } catch (error) {
      step = flow.throw(error);
      continue;
    }
    step = flow.next(value);
  }
  return { result: step.value, calls };
}
