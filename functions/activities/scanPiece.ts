import { recordPart } from '../../lib/runs/recordPart';
import { scanPiece } from '../../lib/transform/scanPiece';
import { planningPart } from './planningPart';
import { registerStep } from './registerStep';

/** One piece of a file: where records would end in it, whatever came before. */
registerStep('scanPiece', async (app, { part, ...key }) =>
  recordPart(
    app.runs,
    key,
    { step: 'plan', part: planningPart('scanPiece', part) },
    () => scanPiece(app.lakehouse, key, part),
    ({ bytes }) => ({ bytes }),
  ),
);
