import * as df from 'durable-functions';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { runIdOf, runNotFound } from './runNotFound';
import { startIngest } from './startIngest';

/**
 * `POST /api/runs/{id}/replay`: after a fix of the files or the contract, the same dataset and date again. 202 with the
 * run's id and the execution that is replayed; 404 when it never ran, 409 while it is under way.
 *
 * It does what a new start does, with the files and the contract as they are now. Different is what is remembered: the
 * new execution names the one that it replays, so `GET /api/runs/{id}` shows the rejects before and after, and
 * `GET /api/runs/{id}/quarantine?run=` still gives the old ones to compare with.
 */
df.app.client.http('replayRun', {
  route: 'runs/{id}/replay',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, client: df.DurableClient) => {
    const id = runIdOf(request);
    const record = (await theApp().runs.latest([id])).get(id);
    if (!record) throw runNotFound(id);
    const { dataset, date, runId: replayOf } = record;
    await startIngest(client, { dataset, date, replayOf });
    return { status: 202, headers: { location: `/api/runs/${id}` }, jsonBody: { id, dataset, date, replayOf } };
  }),
});
