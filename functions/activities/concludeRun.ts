import { clearRowKeys } from '../../lib/documents/removeStaleDocuments';
import { registerStep } from './registerStep';

/** Closes the record of the run, with its counts or its problem, and clears what was noted only while it was under way. */
registerStep('concludeRun', async (app, { problem, summary, ...key }) => {
  if (problem) await app.runs.conclude(key.runId, { problem });
  else if (summary) await app.runs.conclude(key.runId, { summary });
  await clearRowKeys(app.database, key);
  return {};
});
