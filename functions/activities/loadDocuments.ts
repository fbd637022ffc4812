import { loadDocuments } from '../../lib/documents/loadDocuments';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** One part of the partition into PostgreSQL. */
registerStep('loadDocuments', async (app, { part, ...key }) => {
  const { rows } = await recordPart(
    app.runs,
    key,
    { step: 'metadata', part },
    async () =>
      loadDocuments(
        app.database,
        key.runId,
        app.lake.documents(await app.committedPart(key, part), { withText: false }),
      ),
    (result) => ({ rows: result.rows }),
  );
  return { rows };
});
