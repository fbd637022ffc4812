import { registerStep } from './registerStep';

/** Closes the record of the run, with its counts or its problem. */
registerStep('concludeRun', async (app, { runId, problem, summary }) => {
  if (problem) await app.runs.conclude(runId, { problem });
  else if (summary) await app.runs.conclude(runId, { summary });
  return {};
});
