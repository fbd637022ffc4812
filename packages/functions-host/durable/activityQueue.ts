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

/** Characters of an abandoned activity's input in its message. */
const longestInputShown = 500;
/** Longest time spent on starting activities before timers and HTTP requests get their turn. */
const sliceInMilliseconds = 15;

export interface ActivityQueueOptions {
  invoke: Invoke;
  functions: ReadonlyMap<string, RegisteredFunction>;
  log: Log;
  maxConcurrent: number;
  /** Starts of a job without a result, and whether it may start again. */
  attemptsOf: (job: ActivityJob) => { starts: number; isAbandoned: boolean };
  /** Puts a start on disk. */
  begin: (job: ActivityJob) => void;
  /** Keeps that a job is not started again. */
  abandon: (job: ActivityJob) => void;
  /** False for a job whose instance has ended in the meantime. */
  isWanted: (job: ActivityJob) => boolean;
  settle: (job: ActivityJob, outcome: Unstamped<Message>) => void;
}

/**
 * From this many starts without a result on, an activity runs alone: when it ends the process again, no other activity
 * that happened to run beside it is suspected too.
 */
const startsBeforeRunningAlone = 2;

/** Runs activities, at most `maxConcurrent` at a time, in the order they were scheduled. */
export class ActivityQueue {
  /** Activities started since the host started. */
  started = 0;
  private waiting: ActivityJob[] = [];
  private next = 0;
  private readonly running = new Set<ActivityJob>();
  private isRunningAlone = false;
  private isStopped = false;
  private sliceStart: number | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly options: ActivityQueueOptions) {}

  add(job: ActivityJob): void {
    this.waiting.push(job);
  }

  /** Starts the jobs that may run now. The journal records that they depend on must be on disk. */
  work(): void {
    const { maxConcurrent, isWanted, attemptsOf, abandon, begin, settle } = this.options;
    while (this.running.size < maxConcurrent && !this.isStopped && this.hasTimeLeft()) {
      const job = this.waiting[this.next];
      if (!job) return;
      const { starts, isAbandoned } = isWanted(job) ? attemptsOf(job) : { starts: 0, isAbandoned: false };
      const runsAlone = starts >= startsBeforeRunningAlone && !isAbandoned;
      if (this.running.size > 0 && (runsAlone || this.isRunningAlone)) return;
      this.take();
      if (!isWanted(job)) continue;
      if (isAbandoned) {
        abandon(job);
        settle(job, abandonedOutcome(job));
        continue;
      }
      begin(job);
      this.isRunningAlone = runsAlone;
      this.running.add(job);
      this.started++;
      void this.run(job);
    }
  }

  /** Starts no more jobs. Resolves when no job is running. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
    });
  }

  get runningJobs(): readonly ActivityJob[] {
    return [...this.running];
  }

  private take(): void {
    this.next++;
    if (this.next < this.waiting.length) return;
    this.waiting = [];
    this.next = 0;
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
    this.running.delete(job);
    this.options.settle(job, outcome);
    this.work();
    if (this.running.size === 0) this.whenIdle?.();
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
      return failedOutcome(event, thrown);
    }
  }
}

function failedOutcome({ EventId, Name }: TaskScheduled, thrown: unknown): Unstamped<Message> {
  return {
    EventType: EventType.TaskFailed,
    TaskScheduledId: EventId,
    Reason: `Activity function '${Name}' failed: ${messageOf(thrown)}`,
    Details: JSON.stringify({
      $type: 'System.Exception, System.Private.CoreLib',
      ClassName: 'System.Exception',
      Message: messageOf(thrown),
      StackTraceString: describeThrown(thrown),
    }),
  };
}

/** The message begins with a code, so that an orchestrator can recognize it. */
function abandonedOutcome({ event }: ActivityJob): Unstamped<Message> {
  const { Name, Input } = event;
  const input = Input.length > longestInputShown ? `${Input.slice(0, longestInputShown)}...` : Input;
  const message =
    `ACTIVITY_ABANDONED: The process ended each time that the activity '${Name}' was running, ` +
    `so it is not started again. Its input: ${input}`;
  return failedOutcome(event, new Error(message));
}
