import * as df from 'durable-functions';
import { z } from 'zod';
import { PipelineError } from '../../lib/errors';
import { instanceIdOf } from '../../lib/runs/runKey';
import { INGEST, type IngestInput } from '../../orchestrators/ingest';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { calendarDate, readBody } from './readRequest';
import { instanceState, isUnderWay } from './runInstances';

const requestSchema = z.strictObject({ dataset: z.string(), date: calendarDate.optional() });

/** `POST /api/runs {dataset, date?}`: starts the ingest of that day (default: today, UTC). 202 with the run's id. */
df.app.client.http('startRun', {
  route: 'runs',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, client: df.DurableClient) => {
    const { dataset, date = new Date().toISOString().slice(0, 10) } = await readBody(request, requestSchema);
    await theApp().contracts.get(dataset);
    const id = instanceIdOf(dataset, date);
    const state = await instanceState(client, id);
    if (isUnderWay(state)) {
      throw new PipelineError('RUN_UNDER_WAY', `The ingest of ${dataset} ${date} is under way.`, {
        status: 409,
        found: `a run that is ${state?.status}`,
        expected: 'no run of this dataset and date',
        where: { field: 'date' },
        remedy: `Follow it at /api/runs/${id}; start again when it has ended.`,
      });
    }
    const input: IngestInput = { dataset, date };
    await client.startNew(INGEST, { instanceId: id, input });
    return { status: 202, headers: { location: `/api/runs/${id}` }, jsonBody: { id, dataset, date } };
  }),
});
