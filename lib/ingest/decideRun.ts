import { PipelineError } from '../problems/problem';
import { describeRun } from '../runs/describeRun';
import { notApprovable } from '../quality/gateProblem';
import type { RunDecision } from '../runs/gate';
import type { IngestDependencies } from './dependencies';
import type { Orchestration } from './orchestration';
import { runNotFound } from './runNotFound';

/**
 * Decides about a run that its quality gate blocks. The first decision counts, whoever makes it; the same decision again
 * wakes the run again. Returns the decision. RUN_NOT_FOUND (404); RUN_NOT_BLOCKED, RUN_ALREADY_DECIDED when a different
 * decision came first, or RUN_NOT_APPROVABLE when a rule fails that the stores rely on (409).
 */
export async function decideRun(
  { runs, gates }: Pick<IngestDependencies, 'runs' | 'gates'>,
  orchestration: Orchestration,
  instanceId: string,
  { decision, decidedBy, reason }: Pick<RunDecision, 'decision' | 'decidedBy' | 'reason'>,
): Promise<{ runId: string } & RunDecision> {
  const [state, records] = await Promise.all([orchestration.state(instanceId), runs.latest([instanceId])]);
  const record = records.get(instanceId);
  if (!state && !record) throw runNotFound(instanceId);
  const { runId, status, ...partition } = describeRun(instanceId, state, record, new Date());
  if (!state || runId === null || status !== 'Blocked') {
    throw new PipelineError('RUN_NOT_BLOCKED', 'The run does not wait for a decision.', {
      found: `a run that is ${status}`,
      expected: 'a run that is Blocked',
      remedy: `See its verdict and decision at /api/runs/${instanceId}.`,
    });
  }
  if (decision === 'approve') {
    const refusal = notApprovable(partition, (await gates.find(runId))?.rules ?? []);
    if (refusal !== undefined) throw refusal;
  }
  const counted = await gates.decide(runId, { decision, decidedBy, reason });
  if (counted.decision !== decision) {
    throw new PipelineError('RUN_ALREADY_DECIDED', 'A different decision came first, and counts.', {
      found: `${counted.decision}, ${counted.decidedAt}: ${counted.reason}`,
      expected: `no decision, or ${decision}`,
      remedy: `See it at /api/runs/${instanceId}.`,
    });
  }
  // The record decides; the event only ends the wait. After a crash in between, the same call again wakes the run.
  await orchestration.wake(instanceId, runId);
  return { runId, ...counted };
}
