import type { Run } from '../lib/runs/run';
import type { PipelineApi } from './pipelineApi';
import type { RunDisplay } from './terminal/runDisplay';

const POLL_IN_MILLISECONDS = 250;

/** Shows the run until it has ended or waits for a person's decision. Returns the run. */
export async function followRun(api: PipelineApi, id: string, display: RunDisplay): Promise<Run> {
  for (;;) {
    const run = await api.run(id);
    if (['Completed', 'Failed', 'Cancelled', 'Terminated', 'Blocked'].includes(run.status)) {
      display.finish(run);
      return run;
    }
    display.show(run);
    await new Promise((resolve) => setTimeout(resolve, POLL_IN_MILLISECONDS));
  }
}
