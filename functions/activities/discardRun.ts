import { discardRun } from '../../lib/staging/discardRun';
import { registerStep } from './registerStep';

/** Removes the run's staging, and its parts unless a commit names them. */
registerStep('discardRun', async (app, key) => {
  await discardRun(app.lakehouse, key);
  return {};
});
