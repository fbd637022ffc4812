import type { Lakehouse } from '../../lib/lakehouse/lakehouse';
import type { RunKey } from '../../lib/runs/runKey';
import { foldScan } from '../../lib/planning/foldScan';
import { beginPlan } from '../../lib/planning/planRun';
import { scanBlock } from '../../lib/planning/scanBlock';
import { inLanes } from './job';

/** Plans a run like its orchestrator, with blocks in parallel. Returns the number of ranges. */
export async function planInLanes(lakehouse: Lakehouse, key: RunKey): Promise<number> {
  const progress = await beginPlan(lakehouse, key);
  if (progress.next === 'transform') return progress.ranges;
  if (progress.next === 'convert') throw new Error('These files need no conversion.');
  await inLanes(progress.blocks, (number) => scanBlock(lakehouse, key, number));
  return (await foldScan(lakehouse, key)).ranges;
}
