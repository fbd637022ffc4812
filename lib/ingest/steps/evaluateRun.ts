import { toProblem } from '../../problems/problem';
import { evaluateRun } from '../../quality/evaluateRun';
import { gateClosed } from '../../quality/gateProblem';
import { runEvent } from '../../runs/runEvent';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

/** The gate is closed, and the run waits for a decision. */
export interface BlockedGate {
  passed: false;
  /** When the wait ends, in milliseconds since 1970 UTC. A number, because an engine may reformat dates. */
  decideBy: number;
}

const HOUR_IN_MILLISECONDS = 3_600_000;

/**
 * Evaluates the contract's quality rules over the transformed parts, and keeps the verdict. A closed gate blocks the run until
 * somebody decides, or, with a time-out of 0, ends it with QUALITY_GATE_CLOSED.
 */
export const evaluateRunStep = defineStep({
  work: async (
    { lakehouse, gates, gateDecisionTimeoutInHours: hours },
    key: RunKey,
    log,
    cancelled,
  ): Promise<{ passed: true } | BlockedGate> => {
    const verdict = await evaluateRun(lakehouse, key, cancelled);
    if (verdict.passed) {
      await gates.evaluated(key.runId, verdict);
      return { passed: true };
    }
    if (hours === 0) {
      await gates.evaluated(key.runId, verdict);
      throw gateClosed(key, verdict.rules);
    }
    const decideBy = new Date(Date.now() + hours * HOUR_IN_MILLISECONDS);
    const problem = toProblem(gateClosed(key, verdict.rules, decideBy));
    await gates.evaluated(key.runId, verdict, { decideBy, problem });
    log.warn(runEvent('Blocked', key));
    return { passed: false, decideBy: decideBy.getTime() };
  },
  progress: { step: 'gate' },
});
