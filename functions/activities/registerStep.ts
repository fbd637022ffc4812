import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { App } from '../../lib/app';
import { describeProblem, PipelineError, toProblem, type Problem } from '../../lib/problems/problem';
import type { Outcome, StepName, Steps } from '../../orchestrators/steps';
import { theApp } from '../theApp';

/**
 * Registers the activity of one step. A permanent failure (a PipelineError that no retry mends) becomes its answer; what a
 * retry may mend is thrown, so that the orchestrator's retry policy sees it.
 */
export function registerStep<Name extends StepName>(
  name: Name,
  work: (app: App, input: Steps[Name]['input'], context: InvocationContext) => Promise<Steps[Name]['result']>,
): void {
  df.app.activity(name, {
    handler: async (
      input: Steps[Name]['input'],
      context: InvocationContext,
    ): Promise<Outcome<Steps[Name]['result']>> => {
      try {
        return { ok: true, result: await work(theApp(), input, context) };
      } catch (error) {
        const problem = toProblem(error);
        context.warn(`${name} ${input.dataset} ${input.date}: ${describeProblem(problem)}`);
        if (error instanceof PipelineError && !error.retryable) return { ok: false, problem: shortened(problem) };
        throw new Error(describeProblem(shortened(problem)), { cause: error });
      }
    },
  });
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
