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

/**
 * Runs the real orchestrators with the real steps in this process: each step is tried as often as the retry policy says,
 * without its waits. The gate must be open. Returns what the orchestrator returns and throws what it throws.
 */
export async function runIngest(dependencies: IngestDependencies, input: IngestInput): Promise<unknown> {
  const moment = new Date();
  const guid = randomUUID();

  async function attempt(name: string, given: unknown): Promise<unknown> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await performStep(dependencies, name as StepName, given as never, log);
      } catch (error) {
        if (attempts === ATTEMPTS) throw error;
      }
    }
  }

  async function play(name: string, given: unknown): Promise<unknown> {
    const context = {
      df: {
        instanceId: `ingest-${input.dataset}-${input.date}`,
        currentUtcDateTime: moment,
        newGuid: () => guid,
        getInput: () => given,
        callActivityWithRetry: (activity: string, _retry: unknown, work: unknown) => () => attempt(activity, work),
        callSubOrchestrator: (sub: string, work: unknown) => () => play(sub, work),
        Task: { all: (tasks: Task[]) => () => all(tasks) },
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
        step = flow.throw(error);
        continue;
      }
      step = flow.next(value);
    }
    return step.value;
  }
  return play(INGEST, input);
}

/** As in the engine, all tasks end before the first failure is thrown. */
async function all(tasks: Task[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(tasks.map((task) => task()));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
