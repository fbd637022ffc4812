import type { Problem } from '../problems/problem';
import type { TaskCounts } from '../runs/run';
import type { RunKey, RunStep } from '../runs/runKey';
import type { IngestDependencies } from './dependencies';

/**
 * One kind of work in a run, as an orchestrator calls it. Inputs and results are small (under 4 KB): data travels through
 * the lake, not through the history of the orchestration. Every step may be repeated without harm.
 */
export interface Step<Input extends RunKey, Result extends object> {
  /** Done before the progress is recorded: the record of the run itself. */
  prepare?: (dependencies: IngestDependencies, input: Input) => Promise<void>;
  /**
   * Throws a PipelineError: retryable when a retry may help. Work that may take minutes looks at `cancelled` and throws its
   * reason, so that a cancelled run ends soon.
   */
  work: (dependencies: IngestDependencies, input: Input, log: StepLog, cancelled: AbortSignal) => Promise<Result>;
  /** Done for a cancelled run too: it ends a run. */
  endsRun?: true;
  /** The step of the run record that shows this work; absent for work that it does not show. */
  progress?: Progress<NoInfer<Input>, NoInfer<Result>>;
  /** Number of tasks of steps in the run record, when the result contains it. */
  totals?: (result: NoInfer<Result>) => Partial<Record<RunStep, number>>;
}

export interface Progress<Input, Result> {
  step: RunStep;
  /** Number of the task in the step of the run record. Default 0: the only one. */
  task?: (input: Input) => number;
  counts?: (result: Result) => TaskCounts;
}

/** Where a step writes what an operator should see. */
export interface StepLog {
  warn(message: string): void;
  /** What is in order, and is looked up when somebody asks. */
  info?(message: string): void;
}

/** Names one task of a step that is fanned out, by its number from 0: a file, a block, a range or a part. */
export interface TaskOfRun extends RunKey {
  task: number;
}

/** Result of an activity or a sub-orchestration. A permanent failure is returned; only what a retry may change is thrown. */
export type Outcome<Result> = { ok: true; result: Result } | { ok: false; problem: Problem };

/** Lets the compiler infer the types of a step. */
export function defineStep<Input extends RunKey, Result extends object>(
  step: Step<Input, Result>,
): Step<Input, Result> {
  return step;
}
