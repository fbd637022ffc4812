import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { App } from '../../lib/app';
import { encodeProblem } from '../../lib/problems/codec';
import { describeProblem } from '../../lib/problems/describeProblem';
import { PipelineError, toProblem } from '../../lib/problems/problem';
import { shortenProblem } from '../../lib/problems/shortenProblem';
import type { Outcome, StepName, Steps } from '../../orchestrators/steps';
import { theApp } from '../theApp';

/**
 * Registers the activity of one step. A permanent failure (a PipelineError that no retry mends) becomes its answer; what a
 * retry may mend is thrown, so that the orchestrator's retry policy sees it; the engine carries only its text, so the text
 * carries the problem.
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
        if (error instanceof PipelineError && !error.retryable) return { ok: false, problem: shortenProblem(problem) };
        throw new Error(encodeProblem(problem), { cause: error });
      }
    },
  });
}
