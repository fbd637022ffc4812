import { quarantineList, quarantinePage, quarantineParameters, quarantineQuery } from '../../../lib/api/quarantine';
import { mayRead } from '../../../lib/documents/documentAccess';
import type { RejectedRecord } from '../../../lib/quarantine/rejectedRecord';
import { runIdParameter } from '../../../lib/api/runs';
import { findExecution } from '../../../lib/ingest/findExecution';
import { requireRunId } from '../../../lib/ingest/runNotFound';
import { countQuarantine } from '../../../lib/quarantine/quarantineCounts';
import { quarantineExecutions } from '../../../lib/quarantine/quarantineExecutions';
import { readQuarantine } from '../../../lib/quarantine/quarantinePage';
import { defineRoute } from '../route';
import { SAMPLE } from '../sampleRequests';

export const showQuarantineRoute = defineRoute({
  name: 'showQuarantine',
  method: 'GET',
  path: 'runs/{id}/quarantine',
  summary:
    'Lists the rejected records of a run that the caller may read, page by page; the first page also counts them by code.',
  role: 'reader',
  request: { params: runIdParameter, query: quarantineQuery },
  response: { status: 200, body: quarantinePage },
  problems: ['RUN_NOT_FOUND', 'CURSOR_INVALID'],
  example: { params: { id: SAMPLE.run }, query: { limit: '10' } },
  handler: async ({ params, query: { run, ...page } }, { app, access }) => {
    const { dataset, date, runId } = await findExecution(app, requireRunId(params.id), run);
    const key = { dataset, date, runId };
    const readable = await access();
    const isVisible = ({ allowedGroups, accessColumn }: RejectedRecord) =>
      mayRead(readable, dataset, { allowedGroups: allowedGroups ?? null, accessColumn: accessColumn ?? null });
    const [records, counts] = await Promise.all([
      readQuarantine(app.lakehouse, key, page, isVisible),
      page.cursor === undefined ? countQuarantine(app.lakehouse, key, isVisible) : undefined,
    ]);
    return { body: { ...records, ...(counts ? { counts } : {}) } };
  },
});

export const listQuarantineRoute = defineRoute({
  name: 'listQuarantine',
  method: 'GET',
  path: 'quarantine/{dataset}/{date}',
  summary: 'Lists the runs of a dataset and date that rejected records, newest first.',
  role: 'reader',
  request: { params: quarantineParameters },
  response: { status: 200, body: quarantineList },
  problems: ['DATASET_UNKNOWN', 'RUN_DATE_INVALID'],
  example: { params: { dataset: SAMPLE.dataset, date: SAMPLE.date } },
  handler: async ({ params: { dataset, date } }, { app }) => ({
    body: { dataset, date, executions: await quarantineExecutions(app.lakehouse, dataset, date) },
  }),
});
