import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { z } from 'zod';
import { describeReplay } from '../../lib/runs/describeReplay';
import { describeRun, parseInstanceId } from '../../lib/runs/describeRun';
import type { RunDetail } from '../../lib/runs/run';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { pageLimit, readQuery } from './readRequest';
import { instanceState, isUnderWay, toState } from './runInstances';
import { runIdOf, runNotFound } from './runNotFound';

const listSchema = z.strictObject({ limit: pageLimit });

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
        .filter(({ status, instanceId }) => (status === 'running' || status === 'blocked') && !states.has(instanceId))
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

/** `GET /api/runs/{id}`: live, step by step; with the gate's verdict and decision, and what a replay has bettered. */
app.http('showRun', {
  route: 'runs/{id}',
  methods: ['GET'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: answeringProblems(async (request, context) => {
    const id = runIdOf(request);
    const { runs, gates } = theApp();
    const [state, records] = await Promise.all([instanceState(df.getClient(context), id), runs.latest([id])]);
    const record = records.get(id);
    if (!state && !record) throw runNotFound(id);
    const run = describeRun(id, state, record, new Date());
    // While an execution is starting, the record is still an earlier one's.
    const current = run.runId === null ? undefined : record;
    const [gate, replayed] = await Promise.all([
      current && gates.find(current.runId),
      typeof current?.replayOf === 'string' ? runs.find(current.replayOf) : undefined,
    ]);
    const replay = current && replayed ? describeReplay(current, replayed) : null;
    const detail: RunDetail = { ...run, gate: gate ?? null, replay };
    return { jsonBody: detail };
  }),
});
