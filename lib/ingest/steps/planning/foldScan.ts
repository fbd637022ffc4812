import { foldScan } from '../../../planning/foldScan';
import type { RunKey } from '../../../runs/runKey';
import { defineStep } from '../../step';
import { planningTask } from './planningTask';

/** When all blocks are scanned: splits the files into ranges. */
export const foldScanStep = defineStep({
  work: ({ lakehouse }, key: RunKey) => foldScan(lakehouse, key),
  progress: { step: 'plan', task: () => planningTask('foldScan') },
  totals: ({ ranges }) => ({ transform: ranges }),
});
