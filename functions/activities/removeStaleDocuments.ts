import { removeStaleDocuments } from '../../lib/documents/removeStaleDocuments';
import { registerStep } from './registerStep';

/** After all parts are loaded: rows that the partition no longer has leave PostgreSQL. */
registerStep('removeStaleDocuments', async (app, { rows, ...key }) => ({
  deleted: await removeStaleDocuments(app.database, key, rows),
}));
