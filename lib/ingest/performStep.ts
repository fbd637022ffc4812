import { describeProblem, PipelineError, toProblem, type Problem } from '../problems/problem';
import { recordTask } from '../runs/recordTask';
import type { RunKey, RunStep } from '../runs/runKey';
import type { IngestDependencies } from './dependencies';
import { STEPS, type StepName, type Steps } from './registry';
import type { Outcome, Step, StepLog } from './step';

/**
 * Performs one step and records its progress. A permanent failure (a PipelineError that no retry changes) is the answer;
 * what a retry may change is thrown, so that the orchestrator's retry policy sees it.
 */
export async function performStep<Name extends StepName>(
  dependencies: IngestDependencies,
  name: Name,
  input: Steps[Name]['input'],
  log: StepLog,
): Promise<Outcome<Steps[Name]['result']>> {
  try {
    // The compiler can not see that the step with this name takes the input with this name.
    const step = STEPS[name] as unknown as Step<Steps[Name]['input'], Steps[Name]['result']>;
    return { ok: true, result: await recorded(dependencies, step, input, log) };
  } catch (error) {
    const problem = toProblem(error);
    log.warn(`${name} ${input.dataset} ${input.date}: ${describeProblem(problem)}`);
    if (error instanceof PipelineError && !error.retryable) return { ok: false, problem: shortened(problem) };
    throw new Error(describeProblem(shortened(problem)), { cause: error });
  }
}

async function recorded<Input extends RunKey, Result extends object>(
  dependencies: IngestDependencies,
  { progress, prepare, work, totals }: Step<Input, Result>,
  input: Input,
  log: StepLog,
): Promise<Result> {
  const { runs } = dependencies;
  const perform = (): Promise<Result> => work(dependencies, input, log);
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

// History holds each result: the text of a problem stays far under the 4 KB that one may take.
const LONGEST_TEXT = 900;

function shortened(problem: Problem): Problem {
  const cut = (text: string | undefined): string | undefined =>
    text !== undefined && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} ...` : text;
  const { faults, ...rest } = problem;
  const isSmall = JSON.stringify(faults ?? []).length < LONGEST_TEXT * 2;
  return {
    ...rest,
    ...(faults && isSmall ? { faults } : {}),
    message: cut(problem.message) ?? '',
    ...(problem.found === undefined ? {} : { found: cut(problem.found) }),
    ...(problem.expected === undefined ? {} : { expected: cut(problem.expected) }),
  };
}
