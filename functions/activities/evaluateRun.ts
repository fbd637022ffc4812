import { toProblem } from '../../lib/problems/problem';
import { evaluateRun } from '../../lib/quality/evaluateRun';
import { gateClosed } from '../../lib/quality/gateProblem';
import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

const HOUR_IN_MILLISECONDS = 3_600_000;

/**
 * Holds the transformed parts against the contract's expectations, and keeps the verdict. A closed gate blocks the run
 * until somebody decides, or, with a time-out of 0, ends it.
 */
registerStep('evaluateRun', async (app, key) => {
  const verdict = await recordPart(app.runs, key, { step: 'gate', part: 0 }, () => evaluateRun(app.lakehouse, key));
  const hours = app.config.gateDecisionTimeoutInHours;
  if (verdict.passed) {
    await app.gates.judged(key.runId, verdict);
    return { passed: true };
  }
  if (hours === 0) {
    await app.gates.judged(key.runId, verdict);
    throw gateClosed(key, verdict.rules);
  }
  const decideBy = new Date(Date.now() + hours * HOUR_IN_MILLISECONDS);
  const problem = toProblem(gateClosed(key, verdict.rules, decideBy));
  await app.gates.judged(key.runId, verdict, { decideBy, problem });
  return { passed: false, decideBy: decideBy.getTime() };
});
