import { deleteStaleDocuments } from '../../lib/documents/loadDocuments';
import { registerStep } from './registerStep';

/** After all parts are loaded: rows that the partition no longer has leave PostgreSQL. */
registerStep('removeStaleDocuments', async (app, { dataset, date }) => ({
  deleted: await deleteStaleDocuments(app.database, { dataset, date }, await app.lake.keys(dataset, date)),
}));
