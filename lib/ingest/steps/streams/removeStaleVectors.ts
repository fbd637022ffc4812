import { deleteStalePoints } from '../../../indexing/deleteStalePoints';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';

/** After all parts are embedded: deletes the chunks of changed and removed rows in Qdrant. */
export const removeStaleVectorsStep = defineStep({
  work: async ({ vectors, lake }, { dataset, date }: RunKey) =>
    deleteStalePoints({ vectors }, { dataset, date, keys: await lake.keys(dataset, date) }),
});
