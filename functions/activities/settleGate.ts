import { settleGate } from '../../lib/runs/settleGate';
import { registerStep } from './registerStep';

/** What was decided of a blocked run. A rejection is this step's failure: the run ends by it. */
registerStep('settleGate', async (app, { isOverdue, ...key }) => ({
  isApproved: await settleGate(app.gates, key, isOverdue),
}));
