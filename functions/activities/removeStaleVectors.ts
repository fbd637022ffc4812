import { deleteStalePoints } from '../../lib/indexing/deleteStalePoints';
import { registerStep } from './registerStep';

/** After all parts are embedded: chunks of changed and removed rows leave Qdrant. */
registerStep('removeStaleVectors', async (app, { dataset, date }) =>
  deleteStalePoints(app, { dataset, date, keys: await app.lake.keys(dataset, date) }),
);
