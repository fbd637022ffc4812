import { app } from '@azure/functions';
import { z } from 'zod';
import { PipelineError } from '../../lib/problems/problem';
import { countQuarantine } from '../../lib/quarantine/quarantineCounts';
import { quarantineExecutions } from '../../lib/quarantine/quarantineExecutions';
import { readQuarantine } from '../../lib/quarantine/quarantinePage';
import type { RunRecord } from '../../lib/runs/runStore';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { pageLimit, plainText, readQuery } from './readRequest';
import { runIdOf, runNotFound } from './runNotFound';

const querySchema = z.strictObject({
  run: plainText.optional(),
  code: z.string().optional(),
  cursor: z.string().optional(),
  limit: pageLimit,
});

/**
 * `GET /api/runs/{id}/quarantine?code=&cursor=&limit=&run=`: what the latest execution (or `run`, an earlier one) has set
 * aside, page by page; the first page also counts it by code.
 */
app.http('showQuarantine', {
  route: 'runs/{id}/quarantine',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, _context) => {
    const id = runIdOf(request);
    const { run, ...page } = readQuery(request, querySchema);
    const { dataset, date, runId } = await findExecution(id, run);
    const { lakehouse } = theApp();
    const key = { dataset, date, runId };
    const [records, counts] = await Promise.all([
      readQuarantine(lakehouse, key, page),
      page.cursor === undefined ? countQuarantine(lakehouse, key) : undefined,
    ]);
    return { jsonBody: { ...records, ...(counts ? { counts } : {}) } };
  }),
});

/** `GET /api/quarantine/{dataset}/{date}`: the executions that have set records aside, the latest first. */
app.http('listQuarantine', {
  route: 'quarantine/{dataset}/{date}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, _context) => {
    const { dataset = '', date = '' } = request.params;
    const executions = await quarantineExecutions(theApp().lakehouse, dataset, date);
    return { jsonBody: { dataset, date, executions } };
  }),
});

async function findExecution(id: string, runId: string | undefined): Promise<RunRecord> {
  const { runs } = theApp();
  const record = runId === undefined ? (await runs.latest([id])).get(id) : await runs.find(runId);
  if (record?.instanceId === id) return record;
  if (runId === undefined) throw runNotFound(id);
  throw new PipelineError('RUN_NOT_FOUND', 'The run has no such execution.', {
    found: JSON.stringify(runId.slice(0, 120)),
    expected: `the run id of an execution of ${id}`,
    where: { field: 'run' },
    remedy: `Leave it out for the latest; /api/quarantine/<dataset>/<date> lists those with rejected records.`,
  });
}
