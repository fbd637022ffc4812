import {
  ActionType,
  type Action,
  type ActivityAction,
  type CompoundAction,
  type ContinueAsNewAction,
  type ExternalEventAction,
  type RetryOptions,
  type SubOrchestratorAction,
  type TimerAction,
} from './actions';
import { EventType, type HistoryEvent } from './historyEvents';
import { afterFailure } from './retrySchedule';

/** Work that the host must start for an orchestration, with the id that its outcome will have. */
export type Command =
  | { kind: 'activity'; id: number; action: ActivityAction }
  | { kind: 'subOrchestration'; id: number; action: SubOrchestratorAction }
  | { kind: 'timer'; id: number; fireAt: string; isCanceled: boolean };

type Settle = (succeeded: boolean) => void;

/**
 * Simulates what the .NET host does with the SDK's actions: it receives the history event by event and runs the top-level
 * actions strictly one after another, awaiting each. Actions carry no ids: host and SDK number tasks independently, in the
 * order they issue them, so this order IS the contract. Pure: the same actions and history give the same commands and ids.
 */
export class Simulation {
  /** All commands issued so far; `commands[n].id` is `n`. */
  readonly commands: Command[] = [];
  /** Set once the orchestrator has asked to be continued as new. */
  continueAsNew: ContinueAsNewAction | undefined;

  private readonly open = new Map<number, Settle>();
  private readonly eventWaiters = new Map<string, Settle[]>();
  private readonly bufferedEvents = new Map<string, number>();
  private nextAction = 0;
  private isIdle = true;
  private isAdvancing = false;
  /** ISO 8601. Parsed only where a retry needs it: histories have thousands of these. */
  private now = '';
  /** Compound actions in which a child has failed (the SDK continues) while others still run (the host waits). */
  private earlyFailures = 0;
  private issuedDuringEarlyFailure = false;

  constructor(private readonly actions: readonly Action[]) {}

  /** Applies the next event of the history; may add commands. Throws for an action that this host does not support. */
  feed(event: HistoryEvent): void {
    switch (event.EventType) {
      case EventType.OrchestratorStarted:
        this.now = event.Timestamp;
        break;
      case EventType.ExecutionStarted:
        this.advance();
        break;
      case EventType.TaskCompleted:
      case EventType.SubOrchestrationInstanceCompleted:
        this.settle(event.TaskScheduledId, true);
        break;
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceFailed:
        this.settle(event.TaskScheduledId, false);
        break;
      case EventType.TimerFired:
        this.settle(event.TimerId, true);
        break;
      case EventType.EventRaised:
        this.raise(event.Name);
        break;
      default:
        break;
    }
  }

  /** All actions are done and nothing is running: only then may an instance end or continue as new. */
  get isResolved(): boolean {
    return this.isIdle && this.nextAction === this.actions.length && this.open.size === 0;
  }

  /**
   * False while everything that the orchestrator waits for is still running: a replay would give the same actions again.
   */
  get needsReplay(): boolean {
    return this.earlyFailures > 0 || (this.isIdle && this.nextAction === this.actions.length);
  }

  /** True when SDK and host have numbered tasks differently: `sdkCount` is how many ids the SDK has assigned. */
  divergesFrom(sdkCount: number): boolean {
    if (this.issuedDuringEarlyFailure) return true;
    return this.nextAction === this.actions.length && sdkCount !== this.commands.length;
  }

  private advance(): void {
    if (this.isAdvancing) return;
    this.isAdvancing = true;
    for (let action = this.actions[this.nextAction]; this.isIdle && action; action = this.actions[this.nextAction]) {
      this.isIdle = false;
      this.nextAction++;
      this.issue(action, () => {
        this.isIdle = true;
        this.advance();
      });
    }
    this.isAdvancing = false;
  }

  private settle(id: number, succeeded: boolean): void {
    const done = this.open.get(id);
    if (!done) return;
    this.open.delete(id);
    done(succeeded);
  }

  private raise(name: string): void {
    // The extension keeps waiters of one name on a stack, so the latest waiter gets the event.
    const waiter = this.eventWaiters.get(name)?.pop();
    if (waiter) waiter(true);
    else this.bufferedEvents.set(name, (this.bufferedEvents.get(name) ?? 0) + 1);
  }

  private issue(action: Action, done: Settle): void {
    switch (action.actionType) {
      case ActionType.CallActivity:
        return this.command((id) => ({ kind: 'activity', id, action }), done);
      case ActionType.CallActivityWithRetry:
        return this.retry(
          action.retryOptions,
          (settle) => this.command((id) => ({ kind: 'activity', id, action }), settle),
          done,
        );
      case ActionType.CallSubOrchestrator:
        return this.command((id) => ({ kind: 'subOrchestration', id, action }), done);
      case ActionType.CallSubOrchestratorWithRetry:
        return this.retry(
          action.retryOptions,
          (settle) => this.command((id) => ({ kind: 'subOrchestration', id, action }), settle),
          done,
        );
      case ActionType.CreateTimer:
        return this.createTimer(action, done);
      case ActionType.WaitForExternalEvent:
        return this.waitForEvent(action, done);
      case ActionType.WhenAll:
        return this.whenAll(action, done);
      case ActionType.WhenAny:
        return this.whenAny(action, done);
      case ActionType.ContinueAsNew:
        this.continueAsNew = action;
        return done(true);
      default:
        throw new Error(describeUnsupported(action.actionType));
    }
  }

  private command(build: (id: number) => Command, done: Settle): void {
    if (this.earlyFailures > 0 && this.nextAction < this.actions.length) this.issuedDuringEarlyFailure = true;
    const id = this.commands.length;
    this.open.set(id, done);
    this.commands.push(build(id));
  }

  private timer(fireAt: number, done: Settle): void {
    const text = new Date(fireAt).toISOString();
    this.command((id) => ({ kind: 'timer', id, fireAt: text, isCanceled: false }), done);
  }

  private createTimer(action: TimerAction, done: Settle): void {
    const fireAt = new Date(action.fireAt).toISOString();
    const isCanceled = action.isCanceled === true;
    this.command((id) => ({ kind: 'timer', id, fireAt, isCanceled }), done);
    if (isCanceled) this.settle(this.commands.length - 1, false);
  }

  private waitForEvent({ externalEventName: name }: ExternalEventAction, done: Settle): void {
    const buffered = this.bufferedEvents.get(name) ?? 0;
    if (buffered > 0) {
      this.bufferedEvents.set(name, buffered - 1);
      return done(true);
    }
    const waiters = this.eventWaiters.get(name);
    if (waiters) waiters.push(done);
    else this.eventWaiters.set(name, [done]);
  }

  /** .NET waits for all children even after a failure; the SDK continues at the first failure. */
  private whenAll(action: CompoundAction, done: Settle): void {
    let running = action.compoundActions.length;
    let hasFailed = false;
    for (const child of action.compoundActions) {
      this.issue(child, (succeeded) => {
        if (!succeeded && !hasFailed) {
          hasFailed = true;
          this.earlyFailures++;
        }
        running--;
        if (running > 0) return;
        if (hasFailed) this.earlyFailures--;
        done(!hasFailed);
      });
    }
  }

  private whenAny(action: CompoundAction, done: Settle): void {
    let isDone = false;
    for (const child of action.compoundActions) {
      this.issue(child, () => {
        if (isDone) return;
        isDone = true;
        done(true);
      });
    }
  }

  private retry(options: RetryOptions, call: (settle: Settle) => void, done: Settle): void {
    const firstAttemptAt = this.now;
    let attempt = 0;
    const tryOnce = (): void =>
      call((succeeded) => {
        if (succeeded) return done(true);
        attempt++;
        const next = afterFailure(options, attempt, Date.parse(this.now), Date.parse(firstAttemptAt));
        if (next.kind === 'fail') return done(false);
        this.timer(next.fireAt, next.kind === 'again' ? tryOnce : () => done(false));
      });
    tryOnce();
  }
}

function describeUnsupported(type: number): string {
  const name = ActionType[type] ?? `action type ${type}`;
  return (
    `The local host does not support ${name}: durable entities, locks and callHttp run on Azure only. ` +
    'Call an activity that keeps the state or sends the request instead.'
  );
}

/** Feeds a whole recorded history to a new simulation. */
export function simulate(history: Iterable<HistoryEvent>, actions: readonly Action[]): Simulation {
  const simulation = new Simulation(actions);
  for (const event of history) simulation.feed(event);
  return simulation;
}
