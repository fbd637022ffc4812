import type { OrchestrationContext, Task } from 'durable-functions';
import type { StepName, Steps } from '../lib/ingest/registry';
import type { Outcome } from '../lib/ingest/step';
import { decodeProblem, encodeProblem } from '../lib/problems/codec';
import type { Problem } from '../lib/problems/problem';
import { transientRetry } from './retryPolicies';

/** A permanent failure (no retry helps), reported by an activity or a sub-orchestration. Its message carries the problem. */
export class StepFailure extends Error {
  constructor(readonly problem: Problem) {
    super(encodeProblem(problem));
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK types the values that it sends into the generator as any
export type StepFlow<Result> = Generator<Task, Result, any>;

/** Calls one activity and returns its result. Throws StepFailure, or the engine's error when all retries have failed. */
export function* callStep<Name extends StepName>(
  context: OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): StepFlow<Steps[Name]['result']> {
  return unwrap((yield scheduleStep(context, name, input)) as Outcome<Steps[Name]['result']>);
}

/** Starts one activity of a fan-out. Its task yields an Outcome. */
function scheduleStep<Name extends StepName>(
  context: OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): Task {
  return context.df.callActivityWithRetry(name, transientRetry(), input);
}

/**
 * Calls an activity for each input, at most `width` at a time. Waits until a whole group is done before it starts the
 * next, because yielding a pending task a second time shifts the numbering of tasks.
 */
export function* fanOut<Name extends StepName>(
  context: OrchestrationContext,
  name: Name,
  inputs: Steps[Name]['input'][],
  width: number,
): StepFlow<Steps[Name]['result'][]> {
  const results: Steps[Name]['result'][] = [];
  for (let start = 0; start < inputs.length; start += width) {
    const group = inputs.slice(start, start + width).map((input) => scheduleStep(context, name, input));
    const outcomes = (yield context.df.Task.all(group)) as Outcome<Steps[Name]['result']>[];
    for (const outcome of outcomes) results.push(unwrap(outcome));
  }
  return results;
}

export function unwrap<Result>(outcome: Outcome<Result>): Result {
  if (!outcome.ok) throw new StepFailure(outcome.problem);
  return outcome.result;
}

/** What the local Functions host writes in front when it no longer starts an activity. */
const ABANDONED = 'ACTIVITY_ABANDONED: ';

/**
 * The problem that a thrown value carries. STEP_ABANDONED when the engine no longer starts an activity, STEP_FAILED when it
 * failed to run something.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof StepFailure) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  const known = decodeProblem(message);
  if (known !== undefined) return known;
  const text = withoutFrames(message);
  if (!text.startsWith(ABANDONED)) return { code: 'STEP_FAILED', message: text.slice(0, 1000) };
  return {
    code: 'STEP_ABANDONED',
    message: text.slice(ABANDONED.length).slice(0, 1000),
    remedy: 'Look in the log at what ended the process. Take the record or file out of the source, then run again.',
  };
}

/** The engine's message without the function names at its start and the serialized exception at its end. */
function withoutFrames(message: string): string {
  return message
    .replace(/\s*\n\s*\{"\$type"[\s\S]*$/, '')
    .replace(/^(?:(?:Activity|Orchestrator) function '[^']*' failed: )+/, '');
}
