import { randomUUID } from 'node:crypto';
import type { OrchestrationContext } from 'durable-functions';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import type { IngestInput } from '../../../lib/ingest/orchestration';
import { performStep } from '../../../lib/ingest/perform/performStep';
import type { StepName } from '../../../lib/ingest/registry';
import { INGEST } from '../../../orchestrators/ingest';
import { ORCHESTRATIONS } from '../orchestration/orchestrations';

const ATTEMPTS = 5;
const log = { warn: () => undefined };

type Task = () => Promise<unknown>;

/** What an engine keeps of a run: a run that is played again with it does only what was not done. */
export interface RunHistory {
  moment: Date;
  guid: string;
  /** Results of steps, by their place in the run. */
  results: Map<string, unknown>;
}

export interface RunOptions {
  /** Default: that of a new run. */
  history?: RunHistory;
  /** True when the process counts as dead: what fails then has no outcome, and the run ends with `Crash`. */
  isDead?: () => boolean;
  /** Called when the run waits at its gate; the run goes on when it resolves. */
  decide?: (runId: string) => Promise<unknown>;
}

/** The process died within the run. */
export class Crash extends Error {}

export function newHistory(): RunHistory {
  return { moment: new Date(), guid: randomUUID(), results: new Map() };
}

/**
 * Runs the real orchestrators with the real steps in this process: each step is tried as often as the retry policy says,
 * without its waits. Returns what the orchestrator returns and throws what it throws.
 */
export async function runIngest(
  dependencies: IngestDependencies,
  input: IngestInput,
  { history = newHistory(), isDead = () => false, decide = noDecision }: RunOptions = {},
): Promise<unknown> {
  const { moment, guid, results } = history;

  async function attempt(name: string, given: unknown): Promise<unknown> {
    for (let attempts = 1; ; attempts++) {
      try {
        const outcome = await performStep(dependencies, name as StepName, given as never, log);
        if (isDead()) throw new Crash();
        return outcome;
      } catch (error) {
        if (isDead()) throw new Crash();
        if (attempts === ATTEMPTS) throw error;
      }
    }
  }

  async function play(name: string, given: unknown, place: string): Promise<unknown> {
    let steps = 0;
    let runId = '';
    /** Done once in a run, however often it is played. */
    const once = (work: Task): Task => {
      const own = `${place}/${steps++}`;
      return async () => {
        if (!results.has(own)) results.set(own, await work());
        return results.get(own);
      };
    };
    const timer: Task & { isCompleted?: boolean; cancel?: () => void } = () =>
      Promise.reject(new Error('Nobody decided.'));
    timer.cancel = () => undefined;
    const context = {
      df: {
        instanceId: `ingest-${input.dataset}-${input.date}`,
        currentUtcDateTime: moment,
        newGuid: () => guid,
        getInput: () => given,
        callActivityWithRetry: (activity: string, _retry: unknown, work: { runId: string }) => {
          runId = work.runId;
          return once(() => attempt(activity, work));
        },
        callSubOrchestrator: (sub: string, work: unknown) => {
          const own = `${place}/${steps++}`;
          return () => play(sub, work, own);
        },
        createTimer: () => timer,
        waitForExternalEvent: () => once(() => decide(runId)),
        Task: {
          all: (tasks: Task[]) => () => all(tasks),
          any:
            ([event]: Task[]) =>
            async () => (await event?.(), event),
        },
      },
    } as unknown as OrchestrationContext;
    const flow = ORCHESTRATIONS[name]?.(context);
    if (!flow) throw new Error(`There is no orchestrator '${name}'.`);
    let step = flow.next();
    while (!step.done) {
      let value: unknown;
      try {
        value = await (step.value as Task)();
      } catch (error) {
        if (error instanceof Crash) throw error;
        step = flow.throw(error);
        continue;
      }
      step = flow.next(value);
    }
    return step.value;
  }
  return play(INGEST, input, '');
}

function noDecision(runId: string): Promise<never> {
  return Promise.reject(new Error(`The run ${runId} waits for a decision.`));
}

/** As in the engine, all tasks end before the first failure is thrown. */
async function all(tasks: Task[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(tasks.map((task) => task()));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((failure) => failure instanceof Crash) ?? failures[0];
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value);
}
