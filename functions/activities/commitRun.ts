import { commitRun } from '../../lib/ingest/commitRun';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** Makes the parts the table's partition, atomically. */
registerStep('commitRun', async (app, key) => {
  const { version, rows, rejected, parts } = await recordPart(
    app.runs,
    key,
    { step: 'commit', part: 0 },
    () => commitRun(app.lakehouse, key),
    (result) => ({ rows: result.rows }),
  );
  // From here on the next date of a SQL source goes on where this one ended.
  await app.extracts.commit(key);
  await app.runs.plan(key.runId, 'metadata', parts);
  await app.runs.plan(key.runId, 'embed', parts);
  return { version, rows, rejected, parts };
});
