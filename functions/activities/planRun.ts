import { recordPart } from '../../lib/runs/recordPart';
import { planPartitions } from '../../lib/transform/planPartitions';
import { registerStep } from './registerStep';

/** Checks the files' headers against the contract and cuts the files into ranges. */
registerStep('planRun', async (app, key) => {
  const plan = await recordPart(
    app.runs,
    key,
    { step: 'plan', part: 0 },
    () => planPartitions(app.lakehouse, key),
    ({ bytes }) => ({ bytes }),
  );
  await app.runs.plan(key.runId, 'transform', plan.ranges);
  return { shards: plan.shards, files: plan.files, bytes: plan.bytes, records: plan.records };
});
