import { hasEnded, type Run } from '../lib/runs/run';
import { ApiProblem, type PipelineApi } from './pipelineApi';
import type { RunDisplay } from './terminal/runDisplay';

const POLL_IN_MILLISECONDS = 250;
/** A host that died is started again: until then nobody answers. */
const LONGEST_SILENCE_IN_MILLISECONDS = 60_000;

/** Shows the run until it has ended or waits for a person's decision. Returns the run. */
export async function followRun(api: PipelineApi, id: string, display: RunDisplay): Promise<Run> {
  for (;;) {
    const run = await runOf(api, id);
    if (hasEnded(run.status) || run.status === 'Blocked') {
      display.finish(run);
      return run;
    }
    display.show(run);
    await new Promise((resolve) => setTimeout(resolve, POLL_IN_MILLISECONDS));
  }
}

/** Asks again when the API can't be reached, or says that a retry may help. */
async function runOf(api: PipelineApi, id: string): Promise<Run> {
  const deadline = Date.now() + LONGEST_SILENCE_IN_MILLISECONDS;
  for (;;) {
    try {
      return await api.run(id);
    } catch (error) {
      const mayRecover = !(error instanceof ApiProblem) || error.problem.retryable === true;
      if (!mayRecover || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_IN_MILLISECONDS));
    }
  }
}
