import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Problem } from '../../lib/problems/problem';
import type { RunDetail } from '../../lib/runs/run';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';
import { eventually } from './startCommand';

jest.setTimeout(240_000);

const DATASET = 'state-of-the-union';
const HEADER = 'doc_id,title,author,published_at,category,body\n';
const ROWS = 4000;
const CANCEL = path.resolve(__dirname, '../../dist/local/commands/cancel.js');

let platform: RunningTestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ GATE_DECISION_TIMEOUT_HOURS: '24' });
});
afterAll(() => platform?.stop());

const idOf = (date: string): string => `ingest-${DATASET}-${date}`;

async function call<Body>(route: string, body?: object): Promise<{ status: number; body: Body }> {
  const options = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  const response = await platform.fetch(`${platform.urls.api}/${route}`, options);
  return { status: response.status, body: (await response.json()) as Body };
}
const show = async (date: string): Promise<RunDetail> => (await call<RunDetail>(`runs/${idOf(date)}`)).body;
const ended = (date: string): Promise<RunDetail> =>
  eventually(`the end of ${date}`, async () => {
    const run = await show(date);
    return ['Completed', 'Failed', 'Cancelled'].includes(run.status) ? run : undefined;
  });
const staged = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { path: name } of platform.store.list(platform.config.lake.containers.staging, '')) found.push(name);
  return found;
};
const instances = async (): Promise<{ instanceId: string; runtimeStatus: string }[]> => {
  const running = 'runtimeStatus=Running,Pending,Suspended';
  const url = `${platform.urls.functions}/runtime/webhooks/durabletask/instances?${running}&code=${platform.hostKey}`;
  return (await (await fetch(url)).json()) as { instanceId: string; runtimeStatus: string }[];
};

describe('a run that is cancelled while it embeds', () => {
  const DATE = '1900-01-01';
  const text = (row: number): string =>
    `Address ${row} is about the ${row}th harbour. It was read on day ${row} of the year. Nobody has answered it yet.`;
  let cancelled: RunDetail;
  beforeAll(async () => {
    const rows = Array.from(
      { length: ROWS },
      (_, row) => `d-${row},Title ${row},Author,1900-01-01,Whig,"${text(row)}"\n`,
    );
    await platform.drop(DATASET, DATE, 'a.csv', HEADER + rows.join(''));
    expect((await call('runs', { dataset: DATASET, date: DATE })).status).toBe(202);
    await eventually('the embedding', async () => {
      const step = (await show(DATE)).steps.find(({ name }) => name === 'embed');
      return step?.status === 'running' ? true : undefined;
    });
    const { status, body } = await call<Problem>(`runs/${idOf(DATE)}/cancel`, { reason: 'the wrong year' });
    expect({ status, body }).toMatchObject({ status: 202, body: { id: idOf(DATE), reason: 'the wrong year' } });
    cancelled = await ended(DATE);
  });

  it('ends, with all its sub-orchestrations, and says who and why and what is in the stores', async () => {
    expect(cancelled).toMatchObject({
      status: 'Cancelled',
      error: { code: 'RUN_CANCELLED', found: 'a run that has committed' },
      cancellation: { reason: 'the wrong year' },
    });
    expect(await instances()).toEqual([]);
  });

  it('stores no further chunk', async () => {
    const count = async (): Promise<number> => {
      const { qdrant } = platform.config;
      const response = await fetch(`${qdrant.url}/collections`, { headers: { 'api-key': qdrant.apiKey ?? '' } });
      const { result } = (await response.json()) as { result: { collections: { name: string }[] } };
      const [collection] = result.collections;
      const points = await fetch(`${qdrant.url}/collections/${collection?.name}/points/count`, {
        method: 'POST',
        headers: { 'api-key': qdrant.apiKey ?? '', 'content-type': 'application/json' },
        body: '{"exact":true}',
      });
      return ((await points.json()) as { result: { count: number } }).result.count;
    };
    const then = await count();
    expect(then).toBeLessThan(ROWS);
    // A host that still embedded would answer this after more chunks.
    await call('runs?limit=5');
    expect(await count()).toBe(then);
  });

  it('cannot be cancelled again', async () => {
    const { status, body } = await call<Problem>(`runs/${idOf(DATE)}/cancel`, { reason: 'again' });
    expect({ status, code: body.code, found: body.found }).toEqual({
      status: 409,
      code: 'RUN_ALREADY_ENDED',
      found: 'a run that is Cancelled',
    });
  });

  it('is audited', async () => {
    const { body } = await call<{ records: { action: string; subject: string }[] }>('audit?limit=20');
    expect(JSON.stringify(body)).toContain('cancelRun');
    expect(JSON.stringify(body)).toContain('the wrong year');
  });

  it('is completed by the next run of the date', async () => {
    expect((await call(`runs/${idOf(DATE)}/replay`, {})).status).toBe(202);
    const run = await ended(DATE);
    expect(run).toMatchObject({ status: 'Completed', cancellation: null });
    expect(run.rows).toEqual({ source: ROWS, lake: ROWS, sql: ROWS, vectors: ROWS });
    expect(run.chunks?.reused).toBeGreaterThan(0);
    expect(await staged()).toEqual([]);
  });
});

describe('a run that is cancelled before its commit', () => {
  const DATE = '1900-02-01';
  const file = (rows: string): string => HEADER + rows;
  const row = (id: string, date: string): string => `${id},Title,Somebody,${date},Whig,"The body of ${id}."\n`;

  it('leaves the partition as it was, and nothing staged; the command does the same as the API', async () => {
    await platform.drop(DATASET, DATE, 'a.csv', file(row('one', '1900-01-01') + row('two', '1900-01-01')));
    expect(await platform.ingest(DATASET, DATE)).toMatchObject({ status: 'Completed', rows: { lake: 2 } });
    await platform.drop(DATASET, DATE, 'a.csv', file(row('three', '1900-01-01') + row('four', 'yesterday')));
    expect((await platform.ingest(DATASET, DATE)).status).toBe('Blocked');

    const environment = { ...process.env, PIPELINE_DATA_DIRECTORY: platform.dataDirectory };
    const command = [CANCEL, idOf(DATE), '--reason', 'a test'];
    const { stdout } = await promisify(execFile)(process.execPath, command, { env: environment });
    expect(stdout).toContain(`${idOf(DATE)} is ending`);
    expect(await ended(DATE)).toMatchObject({
      status: 'Cancelled',
      error: { code: 'RUN_CANCELLED', found: 'a run that has not committed' },
      cancellation: { reason: 'a test' },
    });
    expect(await staged()).toEqual([]);
    const { body } = await call<{ documents: { docId: string; ingestDate: string }[] }>('documents?author=Somebody');
    const ids = body.documents.map(({ docId }) => docId);
    expect(ids.sort()).toEqual(['one', 'two']);

    const refused = promisify(execFile)(process.execPath, command, { env: environment });
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RUN_ALREADY_ENDED') as string,
    });
  });

  it('must exist, and the reason must be given', async () => {
    expect(await call(`runs/${idOf('1800-01-01')}/cancel`, { reason: 'why' })).toMatchObject({
      status: 404,
      body: { code: 'RUN_NOT_FOUND' },
    });
    expect((await call(`runs/${idOf(DATE)}/cancel`, {})).status).toBe(400);
  });
});
