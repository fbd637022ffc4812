import { embedDocuments } from '../../lib/indexing/embedDocuments';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** One part of the partition into Qdrant: only chunks that it does not have are embedded. */
registerStep('embedDocuments', async (app, { part, ...key }) => {
  const { documents, embedded, reused, deleted } = await recordPart(
    app.runs,
    key,
    { step: 'embed', part },
    async () => embedDocuments(app, app.lake.documents(await app.committedPart(key, part), { withText: true }), key),
    ({ documents: rows, ...counts }) => ({ rows, ...counts }),
  );
  return { documents, embedded, reused, deleted };
});
