import { recordPart } from '../../lib/runs/recordPart';
import { foldScan } from '../../lib/planning/foldScan';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** When all blocks are scanned: cuts the files into ranges. */
registerStep('foldScan', async (app, key) => {
  const plan = await recordPart(app.runs, key, { step: 'plan', part: planningPart('foldScan') }, () =>
    foldScan(app.lakehouse, key),
  );
  await app.runs.plan(key.runId, 'transform', plan.ranges);
  return plan;
});
