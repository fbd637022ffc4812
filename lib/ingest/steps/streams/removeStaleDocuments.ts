import { analyseDocuments, removeStaleDocuments } from '../../../documents/removeStaleDocuments';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';
import { REMOVAL } from './removal';

/** After all parts are loaded (`rows` in all): deletes the rows in PostgreSQL that the partition no longer has. */
export const removeStaleDocumentsStep = defineStep({
  work: async ({ database }, { rows, ...key }: RunKey & { rows: number }) => {
    const deleted = await removeStaleDocuments(database, key, rows);
    await analyseDocuments(database);
    return { deleted };
  },
  progress: { step: 'metadata', task: () => REMOVAL, counts: (result) => result },
});
