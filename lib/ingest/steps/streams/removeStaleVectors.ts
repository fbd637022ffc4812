import { removeStalePoints } from '../../../indexing/removeStalePoints';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';
import { REMOVAL } from './removal';

/** After all parts are embedded (`chunks` in all): deletes the chunks of changed and removed rows in Qdrant. */
export const removeStaleVectorsStep = defineStep({
  work: ({ vectors }, { chunks, ...key }: RunKey & { chunks: number }) => removeStalePoints({ vectors }, key, chunks),
  progress: { step: 'embed', task: () => REMOVAL, counts: (result) => result },
});
