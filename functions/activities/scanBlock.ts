import { recordPart } from '../../lib/runs/recordPart';
import { scanBlock } from '../../lib/planning/scanBlock';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** One block of a file: where records would end in it, whatever came before. */
registerStep('scanBlock', async (app, { part, ...key }) =>
  recordPart(
    app.runs,
    key,
    { step: 'plan', part: planningPart('scanBlock', part) },
    () => scanBlock(app.lakehouse, key, part),
    ({ bytes }) => ({ bytes }),
  ),
);
