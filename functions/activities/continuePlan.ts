import { recordPart } from '../../lib/runs/recordPart';
import { continuePlan } from '../../lib/planning/planRun';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** When all files are converted: checks their headers against the contract and lists the blocks to scan. */
registerStep('continuePlan', async (app, key) => {
  const { blocks, conversions } = await recordPart(
    app.runs,
    key,
    { step: 'plan', part: planningPart('continuePlan') },
    () => continuePlan(app.lakehouse, key),
  );
  await app.runs.plan(key.runId, 'plan', 3 + conversions + blocks);
  return { blocks };
});
