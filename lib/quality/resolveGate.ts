import { PipelineError } from '../problems/problem';
import { gateRejected, notApprovable } from './gateProblem';
import type { GateStore } from './gateStore';
import type { RunKey } from '../runs/runKey';

/**
 * Looks up the decision about a blocked run; with a decision, the run no longer waits. When the time is over (`isOverdue`)
 * without a decision, the run is rejected. Returns true when it is approved, false when there is no decision yet. Throws
 * QUALITY_GATE_REJECTED, or RUN_NOT_APPROVABLE for an approval against a rule that the stores rely on.
 */
export async function resolveGate(gates: GateStore, key: RunKey, isOverdue: boolean): Promise<boolean> {
  if (isOverdue) {
    const reason = 'nobody decided in time';
    await gates.decide(key.runId, { decision: 'reject', decidedBy: 'time-out', reason });
  }
  const gate = await gates.find(key.runId);
  if (!gate) {
    throw new PipelineError('RUN_NOT_EVALUATED', 'The gate of the run was resolved before its rules were evaluated.', {
      found: 'no verdict',
      where: { field: key.runId },
      remedy: 'Start a new run of this dataset and date.',
    });
  }
  if (!gate.decision) return false;
  await gates.unblock(key.runId);
  if (gate.decision.decision === 'reject') throw gateRejected(key, gate.rules, gate.decision);
  // An approval is refused when it is made; one that came another way is refused here.
  const refusal = notApprovable(key, gate.rules);
  if (refusal !== undefined) throw refusal;
  return true;
}
