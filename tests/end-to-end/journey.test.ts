import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Answer } from '../../lib/answering/answer';
import { RUN_STEPS } from '../../lib/runs/runKey';
import type { PlatformState } from '../../local/platform/stateFile';
import { postgresFolder } from '../../local/postgres/postgres';
import type { StartReport } from '../../local/terminal/report';
import { stateOfTheUnion } from '../../samples/stateOfTheUnion';
import { ownerFetch } from './ownerFetch';
import { driveExample, type DrivenExample, type OpenApi } from './openApiExamples';
import { sampleTexts } from './sampleTexts';
import { eventually, lastJson, processesWith, startCommand, type StartedCommand } from './startCommand';

// One user's day, in order: each test continues from the one before it, on the same data.
jest.setTimeout(300_000);

const data = mkdtempSync(path.join(tmpdir(), 'a user of Pipeline-X '));
const texts = sampleTexts();
let chunksInAll = 0;
let platform: StartedCommand;
let api = '';

const state = (): PlatformState => JSON.parse(readFileSync(path.join(data, 'platform.json'), 'utf8')) as PlatformState;
/** As the owner of the platform that runs now. */
const call: typeof fetch = (...request) => ownerFetch(state().settings.LOCAL_TOKEN ?? '')(...request);
const get = async <Body>(route: string): Promise<Body> => (await (await call(`${api}${route}`)).json()) as Body;

afterAll(async () => {
  if (platform?.process.exitCode === null) platform.process.kill('SIGTERM');
  await platform?.ended;
  rmSync(postgresFolder(data), { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
});

function expectAgreement({ rows, rejected, citations, status }: StartReport): void {
  expect(status).toBe('Completed');
  expect(rows).toEqual({ source: 233, lake: 233, sql: 233, vectors: 233 });
  expect(rows?.source).toBe((rows?.lake ?? 0) + rejected);
  expect(citations.length).toBeGreaterThan(0);
  for (const { docId, quote } of citations) expect(texts.get(docId)).toContain(quote);
}

/** Waits until this many chunks are in the index. */
async function stored(chunks: number): Promise<void> {
  await eventually(`${chunks} chunks are stored`, async () => {
    const response = await fetch(`${state().urls.vectors}/collections/documents/points/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'api-key': state().settings.QDRANT_API_KEY ?? '' },
      body: '{}',
    });
    const { result } = (await response.json()) as { result: { count: number } };
    return result.count > chunks ? result : undefined;
  });
}

describe('a Functions host that is killed in the middle of a run', () => {
  it('is started again, and the run goes on', async () => {
    platform = startCommand(data, {}, '--json');
    await platform.said(/embed: started/);
    await stored(500);
    const [host] = processesWith('functions-host', data);
    expect(host).toBeDefined();
    process.kill(host ?? 0, 'SIGKILL');
    await platform.said(/Functions host ended unexpectedly \(SIGKILL\); restart 1 of 5/);
    expect(await platform.said(/functions runs again/)).toBeTruthy();
    await stored(1500);
  });

  it('leaves no process when the command itself is killed', async () => {
    platform.process.kill('SIGKILL');
    await platform.ended;
    const left = (): number[] => [...processesWith(data), ...processesWith(postgresFolder(data))];
    await eventually('the end of all processes', () => Promise.resolve(left().length === 0 ? true : undefined));
    expect(left()).toEqual([]);
  });

  it('continues the run at the next start, with the same counts', async () => {
    platform = startCommand(data, {}, '--once', '--json');
    expect((await platform.ended).code).toBe(0);
    expect(platform.output()).toContain('Continuing ingest-state-of-the-union-2021-04-28');
    const report = lastJson<StartReport>(platform);
    expectAgreement(report);
    chunksInAll = (report.chunks?.embedded ?? 0) + (report.chunks?.reused ?? 0);
    expect(chunksInAll).toBeGreaterThan(10_000);
    expect(report.question).toBe('What is the financial outlook?');
    expect(Object.keys(report.seconds).sort()).toEqual([...RUN_STEPS, 'ask', 'platform', 'total'].sort());
  });
});

describe('a second start', () => {
  it('embeds nothing and has the same counts', async () => {
    platform = startCommand(data, {}, '--json');
    await platform.said(/The platform keeps running/);
    const report = lastJson<StartReport>(platform);
    expectAgreement(report);
    expect(report.chunks).toEqual({ embedded: 0, reused: chunksInAll, deleted: 0 });
    api = report.urls.api ?? '';
  });

  it('is refused while the platform is running, with its address', async () => {
    const other = startCommand(data, {}, '--once');
    expect((await other.ended).code).toBe(1);
    expect(other.output()).toContain(
      `already running on this data (process ${platform.process.pid}, http://127.0.0.1:`,
    );
  });
});

describe('the API', () => {
  it('is healthy', async () => {
    const health = await get<{ status: string; dependencies: { name: string; status: string }[] }>('/health');
    expect(health.status).toBe('ok');
    expect(health.dependencies.map(({ name }) => name)).toEqual(['storage', 'postgres', 'vectors']);
  });

  it('answers a question about the words of one president from his address', async () => {
    const response = await call(`${api}/ask`, {
      method: 'POST',
      body: JSON.stringify({ question: 'Which states constitute an axis of evil?' }),
    });
    const answer = (await response.json()) as Answer;
    expect(answer.citations[0]).toMatchObject({ docId: '2002-george-w-bush', author: 'George W Bush' });
    for (const { docId, quote } of answer.citations) expect(texts.get(docId)).toContain(quote);
  });

  it('streams an answer as events', async () => {
    const response = await call(`${api}/ask`, {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
      body: JSON.stringify({ question: 'What is the financial outlook?', filters: { author: 'Jimmy Carter' } }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text()).trim().split('\n\n');
    expect(events.length).toBeGreaterThan(1);
    const last = events.at(-1)?.split('\n') ?? [];
    expect(last[0]).toBe('event: answer');
    const answer = JSON.parse(last[1]?.replace('data: ', '') ?? '') as Answer;
    expect(new Set(answer.citations.map(({ author }) => author))).toEqual(new Set(['Jimmy Carter']));
  });

  it('lists documents by author, date range, category and text in the title, page by page', async () => {
    interface Page {
      documents: { docId: string; publishedAt: string }[];
      nextCursor: string | null;
    }
    const query = new URLSearchParams({
      author: 'Abraham Lincoln',
      from: '1862-01-01',
      to: '1864-12-31',
      title: 'union address',
      category: 'Republican',
      limit: '2',
    });
    const first = await get<Page>(`/documents?${query.toString()}`);
    const second = await get<Page>(`/documents?${query.toString()}&cursor=${first.nextCursor}`);
    expect([...first.documents, ...second.documents].map(({ docId }) => docId).sort()).toEqual([
      '1862-abraham-lincoln',
      '1863-abraham-lincoln',
      '1864-abraham-lincoln',
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it.each([
    ['an unknown dataset', '/runs', { dataset: 'nobody' }, 404, 'DATASET_UNKNOWN'],
    ['a bad date', '/runs', { dataset: 'state-of-the-union', date: '2021-02-30' }, 400, 'REQUEST_INVALID'],
    ['a body that is not JSON', '/runs', 'dataset=x', 400, 'BODY_NOT_JSON'],
    ['a misspelt field', '/ask', { query: 'x' }, 400, 'REQUEST_INVALID'],
    ['an empty question', '/ask', { question: ' ' }, 400, 'REQUEST_INVALID'],
    ['an unknown dataset to ask', '/ask', { question: 'x', dataset: 'nobody' }, 404, 'DATASET_UNKNOWN'],
  ])('answers %s with a problem that has a code', async (_name, route, body, status, code) => {
    const response = await call(`${api}${route}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, status, type: expect.stringMatching(/^urn:/) as string });
  });

  it.each([
    ['/runs/ingest-nobody-2021-01-01', 404, 'RUN_NOT_FOUND'],
    ['/documents?from=yesterday', 400, 'REQUEST_INVALID'],
    ['/documents?cursor=abc', 400, 'CURSOR_INVALID'],
    ['/documents?limit=0', 400, 'REQUEST_INVALID'],
    ['/documents?autor=x', 400, 'REQUEST_INVALID'],
  ])('answers GET %s with %i %s', async (route, status, code) => {
    const response = await call(`${api}${route}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('answers the example of every operation as described in OpenAPI', async () => {
    const document = await get<OpenApi>('/openapi.json');
    // The replay is running, so a start of the same day is refused.
    const expected = {
      health: 200,
      listDocuments: 200,
      listRuns: 200,
      showRun: 200,
      // Traces are kept only by a platform that was started for it.
      showTrace: 404,
      showQuarantine: 200,
      listQuarantine: 200,
      listContractVersions: 200,
      ask: 200,
      decideRun: 409,
      cancelRun: 409,
      replayRun: 202,
      startRun: 409,
      live: 200,
      me: 200,
      listAudit: 200,
      listUsage: 200,
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(expected).sort());
    const driven: DrivenExample[] = [];
    for (const operation of Object.keys(expected)) driven.push(await driveExample(call, api, document, operation));
    expect(driven).toEqual(Object.entries(expected).map(([operation, status]) => ({ operation, status, faults: [] })));
  });

  it('adds the request id to each response', async () => {
    const answered = await call(`${api}/runs/unknown`, { headers: { 'x-request-id': 'my-request-1' } });
    expect(answered.headers.get('x-request-id')).toBe('my-request-1');
    expect(await answered.json()).toMatchObject({ requestId: 'my-request-1' });
    const unnamed = await call(`${api}/health`);
    expect(unnamed.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
  });
});

describe('Ctrl-C', () => {
  it('ends everything that was started', async () => {
    const children = state().children;
    // The Functions host, and each service that no setting names.
    const external = ['LAKE_CONNECTION_STRING', 'POSTGRES_URL', 'QDRANT_URL'].filter((name) => process.env[name]);
    expect(children.length).toBeGreaterThanOrEqual(4 - external.length);
    platform.process.kill('SIGINT');
    expect((await platform.ended).code).toBe(0);
    const alive = children.filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
    expect(alive).toEqual([]);
  });
});

describe('the sample', () => {
  it('agrees with the counts', () => {
    expect(stateOfTheUnion().reduce((sum, { records }) => sum + records, 0)).toBe(233);
    expect(texts.size).toBe(233);
  });
});
