import { AsyncLocalStorage } from 'node:async_hooks';
import { SharedTime } from './sharedTime';
import { addModel, noUsage, type ModelUsage, type Usage, type UsageAmounts } from './usage';

/** Amounts that a border of the app counts. */
export type Counted = Partial<Omit<UsageAmounts, 'seconds' | 'activeSeconds' | 'processorSeconds' | 'gigabyteSeconds'>>;

/** Measures what pieces of work use: the steps of runs and the answers of this process. */
export interface UsageMeter {
  /** Begins a piece of work. Everything counted inside its `within` belongs to it. */
  begin(): UsageScope;
  /** Adds to the work within which it is called; nothing when there is none, such as a health check. */
  count(amounts: Counted): void;
  countModel(usage: ModelUsage): void;
}

export interface UsageScope {
  /** Calls `work` so that what it uses, also later in its promises, belongs to this scope. */
  within<Result>(work: () => Result): Result;
  /** What was used until now, or until the end. */
  soFar(): Usage;
  /** Ends the piece of work. What is counted later is ignored. */
  end(): Usage;
}

/** Readings of this process, for tests to replace. */
export interface ProcessClock {
  /** Seconds. */
  now(): number;
  /** Seconds of processor time of all threads. */
  processor(): number;
}

const CLOCK: ProcessClock = {
  now: () => performance.now() / 1000,
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

/** @param options.instanceMemoryInGigabytes of the instance that runs this process, as it is billed */
export function createUsageMeter(options: { instanceMemoryInGigabytes: number }, clock = CLOCK): UsageMeter {
  const current = new AsyncLocalStorage<Usage>();
  const activeTime = new SharedTime(() => clock.now());
  const processorTime = new SharedTime(() => clock.processor());

  return {
    begin: () => {
      const counted = noUsage();
      const start = clock.now();
      const active = activeTime.begin();
      const processor = processorTime.begin();
      let ended: Usage | undefined;
      const soFar = (): Usage => {
        const activeSeconds = active.soFar();
        return {
          ...counted,
          models: counted.models.map((model) => ({ ...model })),
          seconds: clock.now() - start,
          activeSeconds,
          processorSeconds: processor.soFar(),
          gigabyteSeconds: activeSeconds * options.instanceMemoryInGigabytes,
        };
      };
      return {
        within: (work) => current.run(counted, work),
        soFar: () => ended ?? soFar(),
        end: () => {
          ended ??= soFar();
          active.end();
          processor.end();
          return ended;
        },
      };
    },
    count: (amounts) => {
      const counted = current.getStore();
      if (counted === undefined) return;
      for (const [name, amount] of Object.entries(amounts)) counted[name as keyof Counted] += amount;
    },
    countModel: (usage) => {
      const counted = current.getStore();
      if (counted !== undefined) addModel(counted.models, usage);
    },
  };
}
