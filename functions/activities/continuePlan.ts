import { recordPart } from '../../lib/runs/recordPart';
import { continuePlan } from '../../lib/transform/planPartitions';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** When all files are converted: checks their headers against the contract and lists the pieces to scan. */
registerStep('continuePlan', async (app, key) => {
  const { pieces, conversions } = await recordPart(
    app.runs,
    key,
    { step: 'plan', part: planningPart('continuePlan') },
    () => continuePlan(app.lakehouse, key),
  );
  await app.runs.plan(key.runId, 'plan', 3 + conversions + pieces);
  return { pieces };
});
