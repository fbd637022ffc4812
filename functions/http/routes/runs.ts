import {
  cancelledRun,
  cancelRunRequest,
  decidedRun,
  decideRunRequest,
  replayedRun,
  replayQuery,
  runDetail,
  runIdParameter,
  runList,
  runListQuery,
  startedRun,
  startRunRequest,
} from '../../../lib/api/runs';
import { runTraceView, traceQuery } from '../../../lib/api/traces';
import type { Caller } from '../../../lib/access/caller';
import { mayRead, type DocumentAccess, type RecordedAccess } from '../../../lib/documents/documentAccess';
import { cancelRun } from '../../../lib/ingest/cancelRun';
import { decideRun } from '../../../lib/ingest/decideRun';
import { listRuns } from '../../../lib/ingest/listRuns';
import { replayRun } from '../../../lib/ingest/replayRun';
import { requireRunId } from '../../../lib/ingest/runNotFound';
import { showRun } from '../../../lib/ingest/showRun';
import { showTrace } from '../../../lib/ingest/showTrace';
import { startIngest } from '../../../lib/ingest/startIngest';
import type { Run } from '../../../lib/runs/run';
import { withoutValues } from '../../../lib/runs/withoutValues';
import { defineRoute } from '../route';
import { SAMPLE } from '../sampleRequests';

export const listRunsRoute = defineRoute({
  name: 'listRuns',
  method: 'GET',
  path: 'runs',
  summary: 'Lists the latest run of each dataset and date, newest first.',
  role: 'reader',
  request: { query: runListQuery },
  response: { status: 200, body: runList },
  problems: ['DATABASE_UNAVAILABLE'],
  example: { query: { limit: '10' } },
  usesOrchestration: true,
  handler: async ({ query }, { app, orchestration, access }) => {
    const [runs, readable] = await Promise.all([listRuns(app, orchestration, query.limit), access()]);
    return { body: { runs: runs.map((run) => asReadable(run, readable)) } };
  },
});

export const showRunRoute = defineRoute({
  name: 'showRun',
  method: 'GET',
  path: 'runs/{id}',
  summary:
    'Shows the current state of a run: its steps, its quality gate, and for a replay the comparison with the run before.',
  role: 'reader',
  request: { params: runIdParameter },
  response: { status: 200, body: runDetail },
  problems: ['RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE'],
  example: { params: { id: SAMPLE.run } },
  usesOrchestration: true,
  handler: async ({ params }, { app, orchestration, access }) => {
    const run = await showRun(app, orchestration, requireRunId(params.id));
    return { body: asReadable(run, await access()) };
  },
});

export const showTraceRoute = defineRoute({
  name: 'showTrace',
  method: 'GET',
  path: 'runs/{id}/trace',
  summary: 'Shows when each part of a run was at work, where the app keeps traces (npm start -- --trace).',
  role: 'reader',
  request: { params: runIdParameter, query: traceQuery },
  response: { status: 200, body: runTraceView },
  problems: ['RUN_NOT_FOUND', 'TRACE_NOT_FOUND', 'TRACE_ELSEWHERE', 'DATABASE_UNAVAILABLE'],
  example: { params: { id: SAMPLE.run } },
  handler: async ({ params, query }, { app }) => ({
    body: await showTrace(app, requireRunId(params.id), query.run),
  }),
});

export const startRunRoute = defineRoute({
  name: 'startRun',
  method: 'POST',
  path: 'runs',
  summary: 'Starts the ingest of a dataset for a day.',
  role: 'operator',
  request: { body: startRunRequest },
  response: { status: 202, body: startedRun },
  problems: [
    'DATASET_UNKNOWN',
    'RUN_UNDER_WAY',
    'CONTRACT_INVALID',
    'CONTRACT_VERSION_UNKNOWN',
    'CONTRACT_VERSION_AMBIGUOUS',
    'CONTRACT_VERSION_ACCESS_DIFFERS',
  ],
  example: { body: { dataset: SAMPLE.dataset, date: SAMPLE.date } },
  changes: true,
  usesOrchestration: true,
  handler: async ({ body: { dataset, date = today(), contractVersion } }, { app, orchestration, caller }) => {
    const id = await startIngest(app, orchestration, {
      dataset,
      date,
      startedBy: nameOf(caller),
      contractVersion,
    });
    return { location: `/api/runs/${id}`, body: { id, dataset, date } };
  },
});

export const replayRunRoute = defineRoute({
  name: 'replayRun',
  method: 'POST',
  path: 'runs/{id}/replay',
  summary: 'Ingests the same dataset and date again and compares the result with the run before.',
  role: 'operator',
  request: { params: runIdParameter, query: replayQuery },
  response: { status: 202, body: replayedRun },
  problems: [
    'RUN_NOT_FOUND',
    'RUN_UNDER_WAY',
    'DATASET_UNKNOWN',
    'CONTRACT_INVALID',
    'CONTRACT_VERSION_UNKNOWN',
    'CONTRACT_VERSION_AMBIGUOUS',
    'CONTRACT_VERSION_ACCESS_DIFFERS',
  ],
  example: { params: { id: SAMPLE.run } },
  changes: true,
  usesOrchestration: true,
  handler: async ({ params, query: { contractVersion } }, { app, orchestration, caller }) => {
    const id = requireRunId(params.id);
    const started = await replayRun(app, orchestration, id, nameOf(caller), contractVersion);
    return { location: `/api/runs/${id}`, body: { id, ...started } };
  },
});

export const decideRunRoute = defineRoute({
  name: 'decideRun',
  method: 'POST',
  path: 'runs/{id}/decision',
  summary:
    'Approves or rejects a run that its quality gate blocks. Sending the same decision again wakes the run again.',
  role: 'approver',
  request: { params: runIdParameter, body: decideRunRequest },
  response: { status: 202, body: decidedRun },
  problems: ['RUN_NOT_FOUND', 'RUN_NOT_BLOCKED', 'RUN_ALREADY_DECIDED'],
  example: { params: { id: SAMPLE.run }, body: { decision: 'approve', reason: 'The rejected rows are test data.' } },
  changes: true,
  usesOrchestration: true,
  handler: async ({ params, body }, { app, orchestration, caller }) => {
    const id = requireRunId(params.id);
    const decided = await decideRun(app, orchestration, id, { ...body, decidedBy: nameOf(caller) });
    return { location: `/api/runs/${id}`, body: { id, ...decided } };
  },
});

const NOTHING_RECORDED: RecordedAccess = { allowedGroups: null, accessColumn: null };

/**
 * A run's rules and errors may quote values of any of its documents. Its contract may have lost the limit, or be gone, since
 * then.
 */
function asReadable<Of extends Run>(run: Of, access: DocumentAccess): Of {
  const isReadable = access === 'everything' || (!run.limitsAccess && mayRead(access, run.dataset, NOTHING_RECORDED));
  return isReadable ? run : withoutValues(run);
}

export const cancelRunRoute = defineRoute({
  name: 'cancelRun',
  method: 'POST',
  path: 'runs/{id}/cancel',
  summary:
    'Asks a run to end, with its sub-orchestrations. Before the commit nothing changes in the stores; after it, the next run of the date completes what is missing.',
  role: 'operator',
  request: { params: runIdParameter, body: cancelRunRequest },
  response: { status: 202, body: cancelledRun },
  problems: ['RUN_NOT_FOUND', 'RUN_ALREADY_ENDED', 'DATABASE_UNAVAILABLE'],
  example: { params: { id: SAMPLE.run }, body: { reason: 'The wrong file was uploaded.' } },
  changes: true,
  usesOrchestration: true,
  handler: async ({ params, body: { reason } }, { app, orchestration, caller }) => {
    const id = requireRunId(params.id);
    const accepted = await cancelRun(app, orchestration, id, { reason, cancelledBy: nameOf(caller) });
    return { location: `/api/runs/${id}`, body: { id, ...accepted } };
  },
});

function nameOf(caller: Caller | undefined): string {
  return caller?.name ?? 'anonymous';
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
