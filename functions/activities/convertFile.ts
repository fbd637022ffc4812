import { recordPart } from '../../lib/runs/recordPart';
import { convertFile } from '../../lib/planning/convertFiles';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** One file that is no plain CSV: converted, in staging. */
registerStep('convertFile', async (app, { part, ...key }) =>
  recordPart(
    app.runs,
    key,
    { step: 'plan', part: planningPart('convertFile', part) },
    () => convertFile(app.lakehouse, key, part),
    ({ bytes }) => ({ bytes }),
  ),
);
