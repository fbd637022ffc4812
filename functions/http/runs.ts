import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { z } from 'zod';
import { PipelineError } from '../../lib/errors';
import { describeRun, parseInstanceId } from '../../lib/runs/describeRun';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { readQuery } from './readRequest';
import { instanceState, isUnderWay, toState } from './runInstances';

const listSchema = z.strictObject({ limit: z.coerce.number('a number').int().min(1).max(200).default(50) });

/** `GET /api/runs`: the latest execution of each dataset and date, newest first. */
app.http('listRuns', {
  route: 'runs',
  methods: ['GET'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: answeringProblems(async (request, context) => {
    const { limit } = readQuery(request, listSchema);
    const client = df.getClient(context);
    const { Pending, Running, Suspended } = df.OrchestrationRuntimeStatus;
    const [records, instances] = await Promise.all([
      theApp().runs.recent(limit),
      client.getStatusBy({ runtimeStatus: [Pending, Running, Suspended] as df.OrchestrationRuntimeStatus[] }),
    ]);
    const states = new Map(
      instances
        .filter(({ instanceId }) => parseInstanceId(instanceId))
        .map((status) => [status.instanceId, toState(status)] as const),
    );
    // A record that is not closed may belong to a run that was terminated: ask the engine.
    await Promise.all(
      records
        .filter(({ status, instanceId }) => status === 'running' && !states.has(instanceId))
        .map(async ({ instanceId }) => {
          const state = await instanceState(client, instanceId);
          if (state) states.set(instanceId, state);
        }),
    );
    const now = new Date();
    const known = new Map(records.map((record) => [record.instanceId, record]));
    const starting = [...states].filter(([id, state]) => isUnderWay(state) && !known.has(id));
    return {
      jsonBody: {
        runs: [
          ...starting.map(([id, state]) => describeRun(id, state, undefined, now)),
          ...records.map((record) => describeRun(record.instanceId, states.get(record.instanceId), record, now)),
        ],
      },
    };
  }),
});

/** `GET /api/runs/{id}`: live, step by step. */
app.http('showRun', {
  route: 'runs/{id}',
  methods: ['GET'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: answeringProblems(async (request, context) => {
    const id = request.params.id ?? '';
    const [state, records] = await Promise.all([instanceState(df.getClient(context), id), theApp().runs.latest([id])]);
    const record = records.get(id);
    if (!state && !record) {
      throw new PipelineError('RUN_NOT_FOUND', 'There is no such run.', {
        status: 404,
        found: JSON.stringify(id.slice(0, 120)),
        expected: 'an id of the form ingest-<dataset>-<yyyy-mm-dd>',
        remedy: 'List the runs at /api/runs.',
      });
    }
    return { jsonBody: describeRun(id, state, record, new Date()) };
  }),
});
