import { PipelineError } from '../../problems/problem';
import { fullDiskError } from '../../storage/diskSpace';
import { recordTask } from '../../runs/recordTask';
import type { RunKey, RunStep } from '../../runs/runKey';
import { unlessCancelled } from './cancelledRun';
import type { IngestDependencies } from '../dependencies';
import { outcomeOf } from './outcomeOf';
import { recordUsage } from './recordUsage';
import { STEPS, type StepName, type Steps } from '../registry';
import type { Outcome, Step, StepLog } from '../step';
import { tracedStep } from './tracedStep';

/**
 * Performs one step and records its progress. Returns and throws as `outcomeOf`. A step that fails while the app closes has
 * no outcome: it throws APP_CLOSING, retryable, whatever failed. A step of a cancelled run fails with RUN_CANCELLED. What
 * the attempt used is recorded, however it ends. `invokedBy`: the `traceparent` of the engine.
 */
export async function performStep<Name extends StepName>(
  dependencies: IngestDependencies,
  name: Name,
  input: Steps[Name]['input'],
  log: StepLog,
  invokedBy?: string,
): Promise<Outcome<Steps[Name]['result']>> {
  // The compiler can not see that the step with this name takes the input with this name.
  const step = STEPS[name] as unknown as Step<Steps[Name]['input'], Steps[Name]['result']>;
  const work = async (): Promise<Steps[Name]['result']> => {
    try {
      if (step.endsRun) return await recorded(dependencies, step, input, log, new AbortController().signal);
      return await unlessCancelled(dependencies, input, (cancelled) =>
        recorded(dependencies, step, input, log, cancelled),
      );
    } catch (error) {
      throw dependencies.closing.aborted ? closingError(name, error) : await orDiskFull(dependencies, error);
    }
  };
  return recordUsage(dependencies, name, input, log, () =>
    outcomeOf(name, input, log, () => tracedStep(name, input, invokedBy, work)),
  );
}

/**
 * The storage emulator answers only that it can't, and PostgreSQL ends, when the disk under them is full. So after a failure
 * that a retry may solve the disks are looked at: a problem of a full disk is worth more than one of a service.
 */
async function orDiskFull({ disks }: IngestDependencies, error: unknown): Promise<unknown> {
  if (error instanceof PipelineError && !error.retryable) return error;
  return (await fullDiskError(disks, error)) ?? error;
}

function closingError(name: StepName, cause: unknown): PipelineError {
  return new PipelineError('APP_CLOSING', `The app stopped while the step ${name} was running.`, {
    remedy: 'The step is done again when the app runs again.',
    cause,
  });
}

async function recorded<Input extends RunKey, Result extends object>(
  dependencies: IngestDependencies,
  { progress, prepare, work, totals }: Step<Input, Result>,
  input: Input,
  log: StepLog,
  cancelled: AbortSignal,
): Promise<Result> {
  const { runs } = dependencies;
  const perform = (): Promise<Result> => work(dependencies, input, log, cancelled);
  await prepare?.(dependencies, input);
  const result =
    progress === undefined
      ? await perform()
      : await recordTask(
          runs,
          input,
          { step: progress.step, task: progress.task?.(input) ?? 0 },
          perform,
          progress.counts,
        );
  for (const [step, total] of Object.entries(totals?.(result) ?? {})) {
    await runs.plan(input.runId, step as RunStep, total);
  }
  return result;
}
