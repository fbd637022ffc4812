import { removeStalePoints } from '../../lib/indexing/removeStalePoints';
import { registerStep } from './registerStep';

/** After all parts are embedded: chunks of changed and removed rows leave Qdrant. */
registerStep('removeStaleVectors', async (app, { chunks, ...key }) => removeStalePoints(app, key, chunks));
