import { deleteStaleDocuments } from '../../../documents/loadDocuments';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';

/** After all parts are loaded: deletes the rows in PostgreSQL that the partition no longer has. */
export const removeStaleDocumentsStep = defineStep({
  work: async ({ database, lake }, { dataset, date }: RunKey) => ({
    deleted: await deleteStaleDocuments(database, { dataset, date }, await lake.keys(dataset, date)),
  }),
});
