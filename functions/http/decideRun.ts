import * as df from 'durable-functions';
import { z } from 'zod';
import { PipelineError } from '../../lib/problems/problem';
import { describeRun } from '../../lib/runs/describeRun';
import { GATE_DECISION } from '../../orchestrators/ingest';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { plainText, readBody } from './readRequest';
import { instanceState } from './runInstances';
import { runIdOf, runNotFound } from './runNotFound';

const LONGEST_REASON = 1000;

const requestSchema = z.strictObject({
  decision: z.enum(['approve', 'reject'], 'approve or reject'),
  reason: z
    .string('why, in 1 to 1000 characters')
    .trim()
    .min(1, 'why, in 1 to 1000 characters')
    .max(LONGEST_REASON, 'why, in 1 to 1000 characters')
    .pipe(plainText),
});

/**
 * `POST /api/runs/{id}/decision {decision: 'approve' | 'reject', reason}`: of a run that is blocked by its quality gate.
 * 202 with the decision; 404 RUN_NOT_FOUND; 409 RUN_NOT_BLOCKED, or RUN_ALREADY_DECIDED when another decision came first.
 * Sent again, the same decision wakes the run again.
 */
df.app.client.http('decideRun', {
  route: 'runs/{id}/decision',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, client: df.DurableClient) => {
    const id = runIdOf(request);
    const { decision, reason } = await readBody(request, requestSchema);
    const { runs, gates } = theApp();
    const [state, records] = await Promise.all([instanceState(client, id), runs.latest([id])]);
    const record = records.get(id);
    if (!state && !record) throw runNotFound(id);
    const { runId, status } = describeRun(id, state, record, new Date());
    if (!state || runId === null || status !== 'Blocked') {
      throw new PipelineError('RUN_NOT_BLOCKED', 'The run waits for no decision.', {
        found: `a run that is ${status}`,
        expected: 'a run that is Blocked',
        remedy: `See its verdict and decision at /api/runs/${id}.`,
      });
    }
    const standing = await gates.decide(runId, { decision, decidedBy: 'api', reason });
    if (standing.decision !== decision) {
      throw new PipelineError('RUN_ALREADY_DECIDED', 'Another decision came first, and stands.', {
        found: `${standing.decision}, ${standing.decidedAt}: ${standing.reason}`,
        expected: `no decision, or ${decision}`,
        remedy: `See it at /api/runs/${id}.`,
      });
    }
    // The record decides; the event only ends the waiting. A crash in between is mended by the same call again.
    await client.raiseEvent(id, GATE_DECISION, { runId });
    return { status: 202, headers: { location: `/api/runs/${id}` }, jsonBody: { id, runId, ...standing } };
  }),
});
