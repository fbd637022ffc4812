import { createOlderVersions } from '../../../documents/olderVersions';
import { removeStalePoints } from '../../../indexing/removeStalePoints';
import { returnOlderVersions } from '../../../indexing/returnOlderVersions';
import type { RunKey } from '../../../runs/runKey';
import { loadedParts } from '../../loadedParts';
import { defineStep } from '../../step';
import { REMOVAL } from './removal';

/**
 * After all parts are embedded (`chunks` in all): deletes the chunks of changed and removed rows in Qdrant. First the versions
 * of older dates are brought back there, for the removed rows that have one.
 */
export const removeStaleVectorsStep = defineStep({
  work: (
    { database, lakehouse, lake, ...dependencies },
    { chunks, ...key }: RunKey & { chunks: number },
    _log,
    cancelled,
  ) => {
    const older = createOlderVersions(database, lake, (partition) => loadedParts({ lakehouse, lake }, partition));
    return removeStalePoints(dependencies, key, chunks, () =>
      returnOlderVersions({ ...dependencies, older }, key, cancelled),
    );
  },
  progress: { step: 'embed', task: () => REMOVAL, counts: (result) => result },
});
