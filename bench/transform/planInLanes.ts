import type { Lakehouse } from '../../lib/lake/lakehouse';
import type { RunKey } from '../../lib/runs/runKey';
import { foldScan } from '../../lib/transform/foldScan';
import { beginPlan } from '../../lib/transform/planPartitions';
import { scanPiece } from '../../lib/transform/scanPiece';
import { inLanes } from './job';

/** Plans a run as its orchestrator does, pieces side by side. Returns how many ranges there are. */
export async function planInLanes(lakehouse: Lakehouse, key: RunKey): Promise<number> {
  const progress = await beginPlan(lakehouse, key);
  if (progress.next === 'transform') return progress.ranges;
  if (progress.next === 'convert') throw new Error('These files need no conversion.');
  await inLanes(progress.pieces, (number) => scanPiece(lakehouse, key, number));
  return (await foldScan(lakehouse, key)).ranges;
}
