import * as df from 'durable-functions';
import { z } from 'zod';
import { answeringProblems } from './problemResponse';
import { calendarDate, readBody } from './readRequest';
import { startIngest } from './startIngest';

const requestSchema = z.strictObject({ dataset: z.string(), date: calendarDate.optional() });

/** `POST /api/runs {dataset, date?}`: starts the ingest of that day (default: today, UTC). 202 with the run's id. */
df.app.client.http('startRun', {
  route: 'runs',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, client: df.DurableClient) => {
    const { dataset, date = new Date().toISOString().slice(0, 10) } = await readBody(request, requestSchema);
    const id = await startIngest(client, { dataset, date });
    return { status: 202, headers: { location: `/api/runs/${id}` }, jsonBody: { id, dataset, date } };
  }),
});
