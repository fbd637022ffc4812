import { resolveGate } from '../../lib/quality/resolveGate';
import { registerStep } from './registerStep';

/** What was decided of a blocked run. A rejection is this step's failure: the run ends by it. */
registerStep('resolveGate', async (app, { isOverdue, ...key }) => ({
  isApproved: await resolveGate(app.gates, key, isOverdue),
}));
