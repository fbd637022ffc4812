import { reconcileRun } from '../../lib/reconcile/reconcileRun';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** Counts the partition in every store and holds the counts against each other. */
registerStep('reconcileRun', (app, { source, rejected, lakeVersion, chunks, ...key }) =>
  recordPart(app.runs, key, { step: 'reconcile', part: 0 }, () =>
    reconcileRun(app, key, { source, rejected, lakeVersion, chunks }),
  ),
);
