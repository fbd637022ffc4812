import { createOlderVersions } from '../../../documents/olderVersions';
import { removeStalePoints } from '../../../indexing/removeStalePoints';
import { returnLostVersions, returnOlderVersions } from '../../../indexing/returnOlderVersions';
import type { RunKey } from '../../../runs/runKey';
import { loadedParts } from '../../loadedParts';
import { defineStep } from '../../step';
import { REMOVAL } from './removal';

/**
 * After all parts are embedded (`chunks` in all): deletes the chunks of changed and removed rows in Qdrant. First the versions
 * of older dates are brought back there, for the removed rows that have one, and afterwards what earlier runs have lost.
 */
export const removeStaleVectorsStep = defineStep({
  work: async (
    { database, lakehouse, lake, ...dependencies },
    { chunks, ...key }: RunKey & { chunks: number },
    _log,
    cancelled,
  ) => {
    const older = createOlderVersions(database, lake, (partition) => loadedParts({ lakehouse, lake }, partition));
    const removed = await removeStalePoints(dependencies, key, chunks, () =>
      returnOlderVersions({ ...dependencies, older }, key, cancelled),
    );
    await returnLostVersions({ ...dependencies, older }, key, cancelled);
    return removed;
  },
  progress: { step: 'embed', task: () => REMOVAL, counts: (result) => result },
});
