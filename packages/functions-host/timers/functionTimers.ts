import type { RegisteredFunction, TypedData } from '../worker/coreContract';
import { resolveSettings, type Environment } from '../settings/hostSettings';
import type { Invoke } from '../worker/invoke';
import { describeThrown, type Log } from '../log';
import { parseSchedule, type Schedule } from './ncrontab';
import { isOfType } from '../worker/supportedFunctions';

/** setTimeout overflows above 24.8 days, so the time is checked at least this often. */
const longestWaitInMilliseconds = 24 * 60 * 60 * 1000;

interface FunctionTimer {
  name: string;
  runOnStartup: boolean;
  schedule: Schedule;
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
  private isStopped = false;

  /** Throws an Error naming the function whose schedule is not valid. */
  constructor(private readonly options: FunctionTimersOptions) {
    for (const [name, registered] of options.functions) {
      if (!isOfType(registered, 'timerTrigger')) continue;
      const owner = `Function '${name}'`;
      const text = resolveSettings(registered.trigger.schedule ?? '', options.environment, owner);
      try {
        const runOnStartup = registered.trigger.runOnStartup === true;
        this.timers.set(name, { name, runOnStartup, schedule: parseSchedule(text), last: undefined });
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
    if (!timer || this.isStopped) return false;
    this.track(this.run(timer));
    return true;
  }

  /** Starts no more functions and waits for the running ones. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer.timeout);
    await Promise.all(this.running);
  }

  private arm(timer: FunctionTimer, next: Date): void {
    if (this.isStopped) return;
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
    try {
      await invoke(timer.name, { data: { json: JSON.stringify(info) }, extraInputs: extraInputs(registered) });
    } catch (thrown) {
      log('error', timer.name, describeThrown(thrown));
    }
  }

  private track(run: Promise<void>): void {
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }
}
