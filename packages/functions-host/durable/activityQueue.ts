import { performance } from 'node:perf_hooks';
import type { RegisteredFunction } from '../worker/coreContract';
import type { Invoke } from '../worker/invoke';
import { describeThrown, messageOf, type Log } from '../log';
import { isOfType } from '../worker/supportedFunctions';
import { activityInput, typedDataToJson } from '../worker/typedData';
import { EventType, type Message, type TaskScheduled, type Unstamped } from './episodes/historyEvents';

export interface ActivityJob {
  instanceId: string;
  executionId: string;
  event: TaskScheduled;
}

/** Longest time spent on starting activities before timers and HTTP requests get their turn. */
const sliceInMilliseconds = 15;

export interface ActivityQueueOptions {
  invoke: Invoke;
  functions: ReadonlyMap<string, RegisteredFunction>;
  log: Log;
  maxConcurrent: number;
  /** False for a job whose instance has ended in the meantime. */
  isWanted: (job: ActivityJob) => boolean;
  settle: (job: ActivityJob, outcome: Unstamped<Message>) => void;
}

/** Runs activities, at most `maxConcurrent` at a time, in the order they were scheduled. */
export class ActivityQueue {
  /** Activities started since the host started. */
  started = 0;
  private waiting: ActivityJob[] = [];
  private next = 0;
  private running = 0;
  private isStopped = false;
  private sliceStart: number | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly options: ActivityQueueOptions) {}

  add(job: ActivityJob): void {
    this.waiting.push(job);
  }

  /** Starts the jobs that may run now. The journal records that they depend on must be on disk. */
  work(): void {
    while (this.running < this.options.maxConcurrent && !this.isStopped && this.hasTimeLeft()) {
      const job = this.take();
      if (!job) return;
      if (!this.options.isWanted(job)) continue;
      this.running++;
      this.started++;
      void this.run(job);
    }
  }

  /** Starts no more jobs. Resolves when no job is running. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.running === 0) return;
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
    });
  }

  get runningCount(): number {
    return this.running;
  }

  private take(): ActivityJob | undefined {
    const job = this.waiting[this.next++];
    if (!job || this.next === this.waiting.length) {
      this.waiting = [];
      this.next = 0;
    }
    return job;
  }

  /** Activities without I/O end within the same turn of the event loop: without a limit, thousands would block it. */
  private hasTimeLeft(): boolean {
    if (this.sliceStart === undefined) {
      this.sliceStart = performance.now();
      setImmediate(() => {
        this.sliceStart = undefined;
        if (this.next < this.waiting.length) this.work();
      });
    }
    return performance.now() - this.sliceStart < sliceInMilliseconds;
  }

  private async run(job: ActivityJob): Promise<void> {
    const outcome = await this.outcomeOf(job);
    this.running--;
    this.options.settle(job, outcome);
    this.work();
    if (this.running === 0) this.whenIdle?.();
  }

  private async outcomeOf({ instanceId, event }: ActivityJob): Promise<Unstamped<Message>> {
    const { invoke, functions, log } = this.options;
    const { Name } = event;
    try {
      if (!isOfType(functions.get(Name), 'activityTrigger')) {
        throw new Error(`The function '${Name}' doesn't exist, is disabled, or is not an activity function.`);
      }
      const data = activityInput(event.Input);
      // As JSON, not as a string: the library tries to parse strings, and a failed attempt costs more than the whole call.
      const triggerMetadata = { instanceId: { json: JSON.stringify(instanceId) } };
      const { returnValue } = await invoke(Name, { data, triggerMetadata });
      return {
        EventType: EventType.TaskCompleted,
        TaskScheduledId: event.EventId,
        Result: typedDataToJson(returnValue),
      };
    } catch (thrown) {
      log('warning', Name, `activity failed: ${messageOf(thrown)}`);
      return {
        EventType: EventType.TaskFailed,
        TaskScheduledId: event.EventId,
        Reason: `Activity function '${Name}' failed: ${messageOf(thrown)}`,
        Details: JSON.stringify({
          $type: 'System.Exception, System.Private.CoreLib',
          ClassName: 'System.Exception',
          Message: messageOf(thrown),
          StackTraceString: describeThrown(thrown),
        }),
      };
    }
  }
}
