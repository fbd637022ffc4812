import { recordPart } from '../../lib/runs/recordPart';
import { beginPlan } from '../../lib/planning/planRun';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** Checks the files' headers against the contract; plans a small run by itself and lists what a large one has to have done. */
registerStep('planRun', async (app, key) => {
  const progress = await recordPart(app.runs, key, { step: 'plan', part: planningPart('planRun') }, () =>
    beginPlan(app.lakehouse, key),
  );
  if (progress.next === 'transform') await app.runs.plan(key.runId, 'transform', progress.ranges);
  // How many blocks there will be is known when all files are converted.
  else await app.runs.plan(key.runId, 'plan', 2 + (progress.next === 'scan' ? progress.blocks : progress.conversions));
  return progress;
});
