import { judgeRun } from '../../lib/quality/judgeRun';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** Holds the transformed parts against the contract's expectations. */
registerStep('judgeRun', (app, key) =>
  recordPart(app.runs, key, { step: 'gate', part: 0 }, () => judgeRun(app.lakehouse, key)),
);
