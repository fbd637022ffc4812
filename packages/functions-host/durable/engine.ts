import { performance } from 'node:perf_hooks';
import type { RegisteredFunction } from '../worker/coreContract';
import type { Invoke } from '../worker/invoke';
import type { Log } from '../log';
import { isOfType } from '../worker/supportedFunctions';
import { within } from '../within';
import { ActivityQueue, type ActivityJob } from './activityQueue';
import { DurableTimers } from './durableTimers';
import { decide, type Decision } from './episodes/episode';
import {
  EventType,
  outcomeOf,
  stamped,
  type Message,
  type SchedulingEvent,
  type Unstamped,
} from './episodes/historyEvents';
import { isEnded, type Instance, type Parent } from './instances/instance';
import { InstanceTable } from './instances/instanceTable';
import type { Journal } from './journal/journal';
import type { JournalRecord } from './journal/journalRecords';
import { now, randomHex, startedEvent, subOrchestrationFailed } from './episodes/newEvents';
import { DurableRefusal } from './refusal';
import type { IdCheck, SdkSequence } from './episodes/sdkSequenceCheck';

export interface EngineOptions {
  invoke: Invoke;
  functions: ReadonlyMap<string, RegisteredFunction>;
  log: Log;
  journal: Journal;
  maxConcurrentActivities: number;
  /** An activity is not started again after this many starts without a result. */
  maxActivityStarts: number;
  idCheck: IdCheck;
  sdkSequence: SdkSequence | undefined;
  /** Called when the engine can't continue, for example because the journal can't be written. */
  onFatal: (thrown: unknown) => void;
}

export interface EngineStatistics {
  episodes: number;
  replays: number;
  replayMilliseconds: number;
  activities: number;
}

/**
 * The durable task engine: event-sourced orchestrations in one process. Every fact is written to the journal and flushed
 * before the engine acts on it, so that after a crash only activities without an outcome in the journal run again.
 */
export class Engine {
  readonly table = new InstanceTable();
  private readonly timers = new DurableTimers();
  private readonly activities: ActivityQueue;
  private readonly counters = { episodes: 0, replays: 0, replayMilliseconds: 0 };
  private isStopping = false;
  private isClosed = false;

  constructor(private readonly options: EngineOptions) {
    this.activities = new ActivityQueue({
      invoke: options.invoke,
      functions: options.functions,
      log: options.log,
      maxConcurrent: options.maxConcurrentActivities,
      isWanted: (job) => this.isCurrent(job),
      attemptsOf: (job) => this.attemptsOf(job),
      begin: (job) => {
        this.record({ t: 'started', id: job.instanceId, task: job.event.EventId });
        this.options.journal.flush();
      },
      abandon: ({ instanceId, event }) => this.record({ t: 'abandoned', id: instanceId, task: event.EventId }),
      settle: (job, outcome) => this.settle(job, outcome),
    });
  }

  get statistics(): EngineStatistics {
    return { ...this.counters, activities: this.activities.started };
  }

  /** Reads the journal and continues the instances that were running. */
  open(): void {
    this.options.journal.open(
      (record) => this.table.apply(record),
      () => this.table.snapshot(),
    );
    for (const instance of [...this.table.all()]) this.resume(instance);
    this.activities.work();
  }

  /**
   * Starts an orchestration and returns its instance id. `input` is JSON text.
   * Throws a DurableRefusal when the orchestrator does not exist or a running instance has this id.
   */
  start(name: string, input: string | null, options: { id?: string; parent?: Parent; version?: string } = {}): string {
    if (!isOfType(this.options.functions.get(name), 'orchestrationTrigger')) {
      const message = `The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.`;
      throw new DurableRefusal(400, message);
    }
    const { id = randomHex(), parent, version } = options;
    const existing = this.table.get(id);
    if (existing && !isEnded(existing)) {
      const message = `An orchestration instance '${id}' with the status ${existing.status} already exists.`;
      throw new DurableRefusal(409, message);
    }
    this.record({ t: 'created', id, name, parent, start: startedEvent({ id, name, parent }, input, version) });
    this.wake(id);
    return id;
  }

  /** Puts a message into an instance's inbox. Drops messages to ended instances, other executions or ended tasks. */
  post(id: string, message: Unstamped<Message>, executionId?: string): void {
    const instance = this.table.get(id);
    if (this.isClosed || !instance || isEnded(instance)) return;
    if (executionId !== undefined && executionId !== instance.executionId) return;
    const task = outcomeOf(message);
    if (task !== undefined && instance.outcomes.has(task)) return;
    this.record({ t: 'message', id, event: stamped(now(), message) });
    this.wake(id);
  }

  /** Suspends or resumes an instance. Its running activities run to their end in both cases. */
  setSuspended(id: string, isSuspended: boolean): void {
    const instance = this.table.get(id);
    if (!instance || isEnded(instance) || (instance.status === 'Suspended') === isSuspended) return;
    this.record({ t: 'status', id, at: now(), status: isSuspended ? 'Suspended' : 'Running' });
    this.wake(id);
  }

  /** Deletes an ended instance. Returns false when it does not exist or is still running. */
  purge(id: string): boolean {
    const instance = this.table.get(id);
    if (!instance || !isEnded(instance)) return false;
    this.record({ t: 'purged', id });
    return true;
  }

  /** Writes all facts so far to disk. Must be called before a caller gets an answer that depends on them. */
  flush(): void {
    this.options.journal.flush();
  }

  /** Starts no more work and waits for running activities, so that their results are kept. A failure is not kept. */
  async drain(timeoutInMilliseconds: number): Promise<void> {
    this.isStopping = true;
    this.timers.cancelAll();
    await within(timeoutInMilliseconds, this.activities.stop());
    const left = this.activities.runningJobs.length;
    if (left === 0) return;
    this.options.log(
      'warning',
      'durable',
      `${left} activities did not end in time; they will run again at the next start`,
    );
  }

  /**
   * Closes the journal. Outcomes that arrive later are lost, and their activities run again. Must come before the app
   * closes: what fails because the app closes has no outcome.
   */
  close(): void {
    this.isClosed = true;
    for (const job of this.activities.runningJobs) this.interrupt(job);
    this.options.journal.close();
  }

  private settle(job: ActivityJob, outcome: Unstamped<Message>): void {
    if (this.isClosed) return;
    // Once a stop has begun, what an activity needs may be stopping too: its failure may come from that alone.
    if (this.isStopping && outcome.EventType === EventType.TaskFailed) return this.interrupt(job);
    this.post(job.instanceId, outcome, job.executionId);
  }

  /** The activity runs again at the next start, and is not to blame for this end of the process. */
  private interrupt(job: ActivityJob): void {
    if (this.isCurrent(job)) this.record({ t: 'interrupted', id: job.instanceId, task: job.event.EventId });
  }

  private record(record: JournalRecord): void {
    this.options.journal.append(record);
    this.table.apply(record);
  }

  /** Schedules an episode in the next turn of the event loop, so that it gets all messages of this turn together. */
  private wake(id: string): void {
    const instance = this.table.get(id);
    if (!instance || instance.isBusy) return;
    instance.isBusy = true;
    setImmediate(() => {
      this.attend(instance)
        .then(() => {
          instance.isBusy = false;
          if (this.hasWork(instance)) this.wake(id);
        })
        .catch(this.options.onFatal);
    });
  }

  private hasWork(instance: Instance): boolean {
    if (this.isStopping || isEnded(instance) || this.table.get(instance.id) !== instance) return false;
    if (instance.delivered >= instance.inbox.length) return false;
    if (instance.status !== 'Suspended') return true;
    return instance.inbox.some((message) => message.EventType === EventType.ExecutionTerminated);
  }

  private async attend(instance: Instance): Promise<void> {
    if (!this.hasWork(instance)) return;
    // A message must be on disk before the orchestrator sees it.
    this.options.journal.flush();
    const start = performance.now();
    const decision = await decide(instance, now(), this.options);
    if (decision.isReplay) {
      this.counters.replays++;
      this.counters.replayMilliseconds += performance.now() - start;
    }
    if (decision.kind !== 'wait' && !this.isStopping) this.commit(instance, decision);
  }

  private commit(instance: Instance, decision: Exclude<Decision, { kind: 'wait' }>): void {
    this.counters.episodes++;
    const { id, executionId } = instance;
    const { at, consumed, customStatus } = decision;
    if (decision.kind === 'continueAsNew') {
      this.timers.cancelExecution(executionId);
      const start = startedEvent(instance, decision.input);
      this.record({ t: 'continued', id, at, consumed, customStatus, start });
      return this.compactIfOutgrown();
    }
    const { scheduled, output } = decision;
    const status = decision.status === 'Running' && instance.status === 'Suspended' ? 'Suspended' : decision.status;
    this.record({ t: 'episode', id, at, consumed, scheduled, status, output, customStatus });
    this.options.journal.flush();
    for (const timer of decision.canceled) this.timers.cancel(executionId, timer);
    for (const event of scheduled) this.dispatch(instance, event);
    this.activities.work();
    if (isEnded(instance)) this.conclude(instance);
    this.compactIfOutgrown();
  }

  private compactIfOutgrown(): void {
    if (this.options.journal.hasOutgrown) this.options.journal.compact(this.table.snapshot());
  }

  private conclude(instance: Instance): void {
    this.timers.cancelExecution(instance.executionId);
    this.notifyParent(instance);
    this.options.log('information', 'durable', `${instance.name} ${instance.id} ${instance.status}`);
  }

  private dispatch(instance: Instance, event: SchedulingEvent): void {
    const { id: instanceId, executionId } = instance;
    switch (event.EventType) {
      case EventType.TaskScheduled:
        return this.activities.add({ instanceId, executionId, event });
      case EventType.TimerCreated: {
        const { EventId: TimerId, FireAt } = event;
        const fired = { EventType: EventType.TimerFired as const, TimerId, FireAt };
        return this.timers.arm(executionId, TimerId, FireAt, () => this.post(instanceId, fired, executionId));
      }
      case EventType.SubOrchestrationInstanceCreated: {
        const parent = { id: instanceId, executionId, task: event.EventId };
        const child = this.table.get(event.InstanceId);
        const isStarted = child?.parent?.executionId === executionId && child.parent.task === event.EventId;
        if (isStarted) return;
        try {
          this.start(event.Name, event.Input, { id: event.InstanceId, version: event.Version, parent });
        } catch (thrown) {
          if (!(thrown instanceof DurableRefusal)) throw thrown;
          this.post(instanceId, subOrchestrationFailed(event.EventId, thrown.message), executionId);
        }
      }
    }
  }

  private notifyParent(instance: Instance): void {
    const { parent, status, output = 'null' } = instance;
    if (!parent) return;
    if (status !== 'Completed') {
      const reason = (JSON.parse(output) as string | null) ?? status;
      return this.post(parent.id, subOrchestrationFailed(parent.task, reason), parent.executionId);
    }
    const type = EventType.SubOrchestrationInstanceCompleted as const;
    this.post(parent.id, { EventType: type, TaskScheduledId: parent.task, Result: output }, parent.executionId);
  }

  /** After a restart: starts scheduled tasks and timers again if the journal has no outcome for them. */
  private resume(instance: Instance): void {
    if (isEnded(instance)) return this.notifyParent(instance);
    for (const event of instance.scheduled.values()) {
      if (!instance.outcomes.has(event.EventId)) this.dispatch(instance, event);
    }
    this.wake(instance.id);
  }

  private attemptsOf({ instanceId, event }: ActivityJob): { starts: number; isAbandoned: boolean } {
    const known = this.table.get(instanceId)?.starts;
    const starts = known?.of(event.EventId) ?? 0;
    return { starts, isAbandoned: starts >= this.options.maxActivityStarts || known?.isAbandoned(event) === true };
  }

  private isCurrent({ instanceId, executionId }: ActivityJob): boolean {
    const instance = this.table.get(instanceId);
    return instance !== undefined && !isEnded(instance) && instance.executionId === executionId;
  }
}
