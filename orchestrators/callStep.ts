import type { OrchestrationContext, Task } from 'durable-functions';
import type { Problem } from '../lib/problems/problem';
import { transientRetry } from './retryPolicies';
import type { Outcome, StepName, Steps } from './steps';

/** A failure that no retry mends, as an activity or a sub-orchestration reported it. */
export class StepFailure extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.message}`);
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK types what it sends back in as any
export type StepFlow<Result> = Generator<Task, Result, any>;

/** Calls one activity and gives its result. Throws StepFailure, or what the engine threw when the retries ran out. */
export function* callStep<Name extends StepName>(
  context: OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): StepFlow<Steps[Name]['result']> {
  return unwrap((yield scheduleStep(context, name, input)) as Outcome<Steps[Name]['result']>);
}

/** Starts one activity for a fan-out; its task gives an Outcome. */
function scheduleStep<Name extends StepName>(
  context: OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): Task {
  return context.df.callActivityWithRetry(name, transientRetry(), input);
}

/**
 * Calls an activity for each input, at most `width` at a time. Waits for a whole group before the next: yielding a pending
 * task a second time shifts the numbering of tasks.
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

/** The problem in whatever was thrown; a code that the message carries is kept. */
export function problemOf(error: unknown): Problem {
  if (error instanceof StepFailure) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  const code = /\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b/.exec(message)?.[0] ?? 'STEP_FAILED';
  return { code, message: withoutFrames(message, code).slice(0, 1000) };
}

/**
 * What was thrown itself: without the engine's words around it, the serialized exception that the engine appends, and the
 * code, which is told beside it.
 */
function withoutFrames(message: string, code: string): string {
  const said = message
    .replace(/\s*\n\s*\{"\$type"[\s\S]*$/, '')
    .replace(/^(?:(?:Activity|Orchestrator) function '[^']*' failed: )+/, '');
  const [prefix, place] = new RegExp(`^${code}(?: \\(([^)]*)\\))?: `).exec(said) ?? [''];
  return `${place === undefined ? '' : `${place}: `}${said.slice(prefix.length)}`;
}
