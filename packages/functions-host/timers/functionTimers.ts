import { setTimeout as pause } from 'node:timers/promises';
import type { RegisteredFunction, TypedData } from '../worker/coreContract';
import { resolveSettings, type Environment } from '../settings/hostSettings';
import type { Invoke, RetryContext } from '../worker/invoke';
import { describeThrown, toError, type Log } from '../log';
import { parseSchedule, type Schedule } from './ncrontab';
import { readRetryPolicy, type RetryPolicy } from './retryPolicy';
import { isOfType } from '../worker/supportedFunctions';

/** setTimeout overflows above 24.8 days, so the time is checked at least this often. */
const longestWaitInMilliseconds = 24 * 60 * 60 * 1000;

interface FunctionTimer {
  name: string;
  runOnStartup: boolean;
  schedule: Schedule;
  retryPolicy: RetryPolicy | undefined;
  last: Date | undefined;
  timeout?: NodeJS.Timeout;
}

export interface FunctionTimersOptions {
  functions: ReadonlyMap<string, RegisteredFunction>;
  environment: Environment;
  invoke: Invoke;
  log: Log;
  extraInputs: (registered: RegisteredFunction) => Record<string, TypedData>;
}

/** The timer functions of an app. A timer never overlaps with itself. Runs missed while the host was down are not repeated. */
export class FunctionTimers {
  private readonly timers = new Map<string, FunctionTimer>();
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  /** Throws an Error naming the function whose schedule is not valid. */
  constructor(private readonly options: FunctionTimersOptions) {
    for (const [name, registered] of options.functions) {
      if (!isOfType(registered, 'timerTrigger')) continue;
      const owner = `Function '${name}'`;
      const text = resolveSettings(registered.trigger.schedule ?? '', options.environment, owner);
      try {
        const runOnStartup = registered.trigger.runOnStartup === true;
        const retryPolicy = readRetryPolicy(registered.metadata.retryOptions);
        this.timers.set(name, { name, runOnStartup, schedule: parseSchedule(text), retryPolicy, last: undefined });
      } catch (cause) {
        throw new Error(`${owner}: ${(cause as Error).message}`, { cause });
      }
    }
  }

  start(): void {
    for (const timer of this.timers.values()) {
      if (timer.runOnStartup) this.track(this.run(timer));
      this.arm(timer, timer.schedule(new Date()));
    }
  }

  /** Runs a timer function now. Returns false when no timer function has this name. */
  trigger(name: string): boolean {
    const timer = this.timers.get(name);
    if (!timer || this.stopping.signal.aborted) return false;
    this.track(this.run(timer));
    return true;
  }

  /** Starts no more functions and waits for the running ones. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer.timeout);
    await Promise.all(this.running);
  }

  private arm(timer: FunctionTimer, next: Date): void {
    if (this.stopping.signal.aborted) return;
    const remaining = Math.max(0, next.getTime() - Date.now());
    timer.timeout = setTimeout(
      () => {
        if (Date.now() < next.getTime()) return this.arm(timer, next);
        this.track(
          this.run(timer).finally(() => {
            timer.last = next;
            this.arm(timer, timer.schedule(new Date()));
          }),
        );
      },
      Math.min(remaining, longestWaitInMilliseconds),
    );
  }

  private async run(timer: FunctionTimer): Promise<void> {
    const { invoke, log, functions, extraInputs } = this.options;
    const registered = functions.get(timer.name);
    if (!registered) return;
    // The library turns these names into camel case.
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: timer.last?.toISOString() ?? '0001-01-01T00:00:00+00:00',
        Next: timer.schedule(new Date()).toISOString(),
        LastUpdated: (timer.last ?? new Date()).toISOString(),
      },
      IsPastDue: false,
    };
    const { most = 0, waitBefore = () => 0 } = timer.retryPolicy ?? {};
    let retryContext: RetryContext | undefined;
    for (let retry = 1; ; retry += 1) {
      try {
        await invoke(timer.name, {
          data: { json: JSON.stringify(info) },
          extraInputs: extraInputs(registered),
          retryContext,
        });
        return;
      } catch (thrown) {
        log('error', timer.name, describeThrown(thrown));
        if (retry > most) return;
        const { message, stack } = toError(thrown);
        const maxRetryCount = most === Infinity ? -1 : most;
        retryContext = { retryCount: retry, maxRetryCount, exception: { message, stackTrace: stack } };
        // As in Azure, retries that are left when the host stops are lost.
        if (!(await this.waited(waitBefore(retry)))) return;
      }
    }
  }

  /** False when the host stops meanwhile. */
  private async waited(milliseconds: number): Promise<boolean> {
    await pause(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }

  private track(run: Promise<void>): void {
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }
}
