import { userInfo } from 'node:os';
import type { Problem } from '../../lib/problems/problem';
import { postgresConnection } from '../../lib/postgresConnection';
import { createPostgres } from '../../lib/database/postgres';
import type { QuarantineCounts } from '../../lib/quarantine/quarantineCounts';
import type { QuarantineExecution } from '../../lib/quarantine/quarantineExecutions';
import type { QuarantinePage } from '../../lib/quarantine/quarantinePage';
import type { Run, RunDetail } from '../../lib/runs/run';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

// Several blocked runs, each on its own date, on one platform whose runs wait for a decision.
jest.setTimeout(180_000);

const DATASET = 'state-of-the-union';
const HEADER = 'doc_id,title,author,published_at,category,body\n';
const row = (id: string, date = '1900-01-01'): string =>
  `${id},Address ${id},Some President,${date},Whig,"The body of ${id}, about the treasury."\n`;
/** One of three dates is not a date: more rejected records than the contract allows. */
const TOO_MANY_REJECTS = `${HEADER}${row('one')}${row('two')}${row('three', 'yesterday')}`;

let platform: RunningTestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ GATE_DECISION_TIMEOUT_HOURS: '24' });
});
afterAll(() => platform?.stop());

const idOf = (date: string): string => `ingest-${DATASET}-${date}`;

async function get<Body>(path: string): Promise<{ status: number; body: Body }> {
  const response = await platform.fetch(`${platform.urls.api}/${path}`);
  return { status: response.status, body: (await response.json()) as Body };
}

async function post(path: string, body?: object): Promise<{ status: number; body: Problem & { replayOf?: string } }> {
  const response = await platform.fetch(`${platform.urls.api}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body ?? {}),
  });
  return { status: response.status, body: (await response.json()) as Problem };
}
const decide = (date: string, decision: string, reason: string) =>
  post(`runs/${idOf(date)}/decision`, { decision, reason });

async function block(date: string): Promise<RunDetail> {
  await platform.drop(DATASET, date, 'a.csv', TOO_MANY_REJECTS);
  const run = await platform.ingest(DATASET, date);
  expect(run.status).toBe('Blocked');
  return run;
}

async function ended(date: string): Promise<RunDetail> {
  for (;;) {
    const run = await platform.endedOrBlocked(idOf(date));
    if (run.status !== 'Blocked') return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function objects(container: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of platform.store.list(container, '')) if (path.includes(text)) found.push(path);
  return found;
}
const commits = (): Promise<string[]> => objects(platform.config.lake.containers.processed, '_delta_log');
const documents = async (): Promise<number> =>
  (await get<{ documents: unknown[] }>('documents?limit=200')).body.documents.length;

type FirstPage = QuarantinePage & { counts: QuarantineCounts };

describe('a blocked run', () => {
  const DATE = '1900-01-01';
  let blocked: RunDetail;
  beforeAll(async () => {
    blocked = await block(DATE);
  });

  it('reports the rules that closed the gate, the observed values, and the deadline', async () => {
    expect(blocked).toMatchObject({ step: 'gate', rejected: 1, error: { code: 'QUALITY_GATE_CLOSED' } });
    expect(blocked.gate).toMatchObject({ passed: false, decision: null });
    expect(Date.parse(blocked.gate?.decideBy ?? '')).toBeGreaterThan(Date.now());
    const failed = blocked.gate?.rules.filter(({ passed }) => !passed) ?? [];
    expect(failed).toMatchObject([{ severity: 'error', observed: expect.stringContaining('1 of 3') as string }]);
    expect(blocked.gate?.rules.length).toBeGreaterThan(failed.length);
    const { runs } = (await get<{ runs: Run[] }>('runs')).body;
    expect(runs.map(({ id, status }) => [id, status])).toEqual([[idOf(DATE), 'Blocked']]);
  });

  it('has committed nothing, and has started no stream', async () => {
    expect(await commits()).toEqual([]);
    expect(await documents()).toBe(0);
    const later = blocked.steps.slice(blocked.steps.findIndex(({ name }) => name === 'commit'));
    expect(later.map(({ status }) => status)).toEqual(later.map(() => 'waiting'));
  });

  it('is still running: it can neither be started nor replayed', async () => {
    for (const answer of [
      await post('runs', { dataset: DATASET, date: DATE }),
      await post(`runs/${idOf(DATE)}/replay`),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([409, 'RUN_UNDER_WAY']);
    }
  });

  it('shows the rejected records', async () => {
    const { body } = await get<FirstPage>(`runs/${idOf(DATE)}/quarantine`);
    expect(body).toMatchObject({ runId: blocked.runId, nextCursor: null });
    expect(body.records).toMatchObject([{ record: 3, column: 'published_at', found: 'yesterday', isTruncated: false }]);
    expect(body.records[0]?.raw).toContain('three,Address three');
    const [code] = body.counts.codes;
    expect(body.counts).toEqual({ codes: [{ code: body.records[0]?.code, records: 1 }], isWhole: true });
    const path = `runs/${idOf(DATE)}/quarantine?limit=1&code=`;
    expect((await get<QuarantinePage>(`${path}${code?.code}`)).body.records).toHaveLength(1);
    expect((await get<QuarantinePage>(`${path}OTHER`)).body.records).toEqual([]);
  });

  it.each([
    ['no reason', { decision: 'approve' }, 'reason'],
    ['a blank reason', { decision: 'approve', reason: '  ' }, 'reason'],
    ['a reason that is too long', { decision: 'approve', reason: 'x'.repeat(1001) }, 'reason'],
    ['neither approve nor reject', { decision: 'perhaps', reason: 'why' }, 'decision'],
  ])('refuses a decision with %s', async (_what, body, field) => {
    const answer = await post(`runs/${idOf(DATE)}/decision`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', where: { field } } });
  });

  it.each([
    ['a reason with a NUL character', `runs/${idOf(DATE)}/decision`, 'a\0b', 400, 'REQUEST_INVALID'],
    ['an id with a NUL character', 'runs/%00/decision', 'why', 404, 'RUN_NOT_FOUND'],
  ])('refuses %s', async (_what, path, reason, status, code) => {
    const answer = await post(path, { decision: 'approve', reason });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('commits when it is approved, and keeps the decision, its author, reason and time', async () => {
    expect((await decide(DATE, 'approve', 'One bad date is known.')).status).toBe(202);
    const run = await ended(DATE);
    expect(run).toMatchObject({ status: 'Completed', rejected: 1, error: null, rows: { source: 3, lake: 2, sql: 2 } });
    expect(run.gate).toMatchObject({ passed: false, rules: blocked.gate?.rules });
    const { decision } = run.gate ?? {};
    expect(decision).toMatchObject({
      decision: 'approve',
      decidedBy: userInfo().username,
      reason: 'One bad date is known.',
    });
    expect(Date.parse(decision?.decidedAt ?? '')).toBeGreaterThan(Date.parse(run.gate?.evaluatedAt ?? ''));
    expect(await commits()).not.toEqual([]);
    expect(await documents()).toBe(2);
  });

  it('refuses a second decision', async () => {
    const answer = await decide(DATE, 'reject', 'too late');
    expect(answer).toMatchObject({ status: 409, body: { code: 'RUN_NOT_BLOCKED', found: 'a run that is Completed' } });
  });
});

describe('a rejected run', () => {
  const DATE = '1900-02-02';
  let blocked: RunDetail;

  it('fails: its parts are deleted, its quarantine is kept', async () => {
    blocked = await block(DATE);
    const before = await commits();
    expect((await decide(DATE, 'reject', 'The export is broken.')).status).toBe(202);
    const run = await ended(DATE);
    expect(run).toMatchObject({ status: 'Failed', error: { code: 'QUALITY_GATE_REJECTED' } });
    expect(run.error?.message).toContain('The export is broken.');
    expect(run.gate?.decision).toMatchObject({ decision: 'reject', decidedBy: userInfo().username });
    expect(run.steps.find(({ name }) => name === 'gate')?.status).toBe('failed');
    expect(await commits()).toEqual(before);
    const { processed, quarantine, staging } = platform.config.lake.containers;
    const runId = blocked.runId ?? 'none';
    expect(await objects(processed, runId)).toEqual([]);
    expect(await objects(staging, runId)).toEqual([]);
    expect(await objects(quarantine, runId)).toHaveLength(1);
  });

  it('is replayed after a fix, and shows the rejected records before and after', async () => {
    await platform.drop(DATASET, DATE, 'a.csv', TOO_MANY_REJECTS.replace('yesterday', '1900-01-03'));
    const answer = await post(`runs/${idOf(DATE)}/replay`);
    expect(answer).toMatchObject({ status: 202, body: { id: idOf(DATE), replayOf: blocked.runId } });
    const run = await ended(DATE);
    expect(run).toMatchObject({ status: 'Completed', rejected: 0, rows: { source: 3, lake: 3 } });
    expect(run.gate).toMatchObject({ passed: true, decideBy: null, decision: null });
    expect(run.gate?.rules.every(({ passed, observed }) => passed && observed !== '')).toBe(true);
    expect(run.replay).toEqual({ of: blocked.runId, rejected: { before: 1, after: 0 } });
  });

  it('keeps the quarantine of the execution that was replayed', async () => {
    expect((await get<FirstPage>(`runs/${idOf(DATE)}/quarantine`)).body.records).toEqual([]);
    const old = await get<FirstPage>(`runs/${idOf(DATE)}/quarantine?run=${blocked.runId}`);
    expect(old.body.records).toMatchObject([{ record: 3, found: 'yesterday' }]);
    const { body } = await get<{ executions: QuarantineExecution[] }>(`quarantine/${DATASET}/${DATE}`);
    expect(body.executions).toMatchObject([{ runId: blocked.runId, files: 1 }]);
  });
});

describe('a decision that was stored without waking the run', () => {
  const DATE = '1900-03-03';

  it('cannot be replaced by another, and takes effect when it is sent again', async () => {
    const { runId } = await block(DATE);
    const database = createPostgres(postgresConnection(platform.config.postgres));
    await database.query(
      `insert into run_decisions (run_id, decision, decided_by, reason) values ($1, 'approve', 'api', 'the first')`,
      [runId],
    );
    await database.close();
    const other = await decide(DATE, 'reject', 'the second');
    expect(other).toMatchObject({ status: 409, body: { code: 'RUN_ALREADY_DECIDED' } });
    expect(other.body.found).toContain('the first');
    expect((await decide(DATE, 'approve', 'the third')).status).toBe(202);
    const run = await ended(DATE);
    expect(run).toMatchObject({
      status: 'Completed',
      gate: { decision: { decision: 'approve', reason: 'the first' } },
    });
  });
});

describe('unknown runs and invalid parameters', () => {
  it.each(['decision', 'replay'])('%s of an unknown run: 404', async (what) => {
    const answer = await post(`runs/${idOf('1700-01-01')}/${what}`, { decision: 'approve', reason: 'why' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'RUN_NOT_FOUND' } });
  });

  it.each([
    [`runs/${idOf('1700-01-01')}/quarantine`, 404, 'RUN_NOT_FOUND'],
    [`runs/${idOf('1900-01-01')}/quarantine?run=another`, 404, 'RUN_NOT_FOUND'],
    [`runs/${idOf('1900-01-01')}/quarantine?limit=0`, 400, 'REQUEST_INVALID'],
    [`runs/${idOf('1900-01-01')}/quarantine?cursor=x`, 400, 'CURSOR_INVALID'],
    [`quarantine/${DATASET}/yesterday`, 400, 'RUN_DATE_INVALID'],
  ])('%s: %i %s', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { code } });
  });
});
