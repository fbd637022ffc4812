import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const DATASET = 'state-of-the-union';
const DATE = '1900-01-01';
/** Bytes. More than sockets on the way may hold. */
const LARGEST_SENT = 100 * 1024 * 1024;
const ID = `ingest-${DATASET}-${DATE}`;
const FILE =
  'doc_id,title,author,published_at,category,body\n' +
  'one,A title,Somebody,1900-01-01,Whig,The outlook is good.\ntwo,A title,Somebody,1901-01-01,Whig,The outlook is bad.\n';

let platform: RunningTestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.drop(DATASET, DATE, 'a.csv', FILE);
});
afterAll(() => platform?.stop());

interface Problem {
  code: string;
  status: number;
}

async function call(method: string, path: string, body?: unknown): Promise<{ type: string; text: string }> {
  const response = await platform.fetch(`${platform.urls.api}${path}`, {
    method,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { type: response.headers.get('content-type') ?? '', text: await response.text() };
}

const cursor = (position: unknown[]): string => Buffer.from(JSON.stringify(position)).toString('base64url');
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('one dataset and date, started many times at once', () => {
  it('is started once; the other requests get RUN_UNDER_WAY', async () => {
    const starts = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await call('POST', '/runs', { dataset: DATASET, date: DATE });
        return (JSON.parse(answer.text) as Partial<Problem>).code ?? 'started';
      }),
    );
    expect(starts.filter((start) => start === 'started')).toHaveLength(1);
    expect(new Set(starts)).toEqual(new Set(['started', 'RUN_UNDER_WAY']));
    expect(await platform.endedOrBlocked(ID)).toMatchObject({
      status: 'Completed',
      rows: { lake: 2, sql: 2, vectors: 2 },
    });
  });
});

describe('a page of another site, or a caller without the token', () => {
  it('changes nothing and reads nothing', async () => {
    const decision = { method: 'POST', body: '{"decision":"approve","reason":"x"}' };
    const path = `${platform.urls.api}/runs/${ID}/decision`;
    const json = { 'content-type': 'application/json' };
    const statuses = [
      await fetch(path, { ...decision, headers: json }),
      await fetch(`${platform.urls.api}/documents`),
      await fetch(`${platform.urls.vectors}/collections`),
      await fetch(`${platform.urls.functions}/runtime/webhooks/durabletask/instances`),
      await platform.fetch(path, { ...decision, headers: { ...json, origin: 'https://evil.example' } }),
      await platform.fetch(path, { ...decision, headers: { ...json, 'sec-fetch-site': 'cross-site' } }),
      await platform.fetch(path, { ...decision, headers: { 'content-type': 'text/plain' } }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([401, 401, 401, 401, 403, 403, 415]);
    const isListed = await fetch(`${platform.urls.storage}/devstoreaccount1?comp=list`);
    expect(isListed.status).toBe(403);
  });

  it('has its refused changes in the audit record, with those that were made', async () => {
    const decision = { decision: 'approve', reason: 'The run does not wait.' };
    const refused = await call('POST', `/runs/${ID}/decision`, decision);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'RUN_NOT_BLOCKED' });
    const { text } = await call('GET', '/audit?limit=5');
    const { records } = JSON.parse(text) as {
      records: { action: string; outcome: string; caller: { name: string } }[];
    };
    expect(records[0]).toMatchObject({ action: 'decideRun', outcome: 'refused', caller: { kind: 'local' } });
    const all = JSON.parse((await call('GET', '/audit')).text) as { records: { action: string; outcome: string }[] };
    const starts = all.records.filter(({ action }) => action === 'startRun');
    expect(starts.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    expect(starts).toHaveLength(20);
  });

  it('gets an answer that is not stored and not guessed at', async () => {
    const { headers } = await platform.fetch(`${platform.urls.api}/runs`);
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
    const wrong = await platform.fetch(`${platform.urls.api}/runs`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('a body without a length and without an end', () => {
  it('is refused as soon as it is too large', async () => {
    const url = new URL(`${platform.urls.api}/ask`);
    const headers = {
      authorization: `Bearer ${new URL(platform.entry).searchParams.get('token')}`,
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    };
    const sending = http.request(url, { method: 'POST', headers });
    const answered = once(sending, 'response') as Promise<[http.IncomingMessage]>;
    let isAnswered = false;
    void answered.then(() => (isAnswered = true));
    const part = Buffer.alloc(256 * 1024, 'a');
    let sent = 0;
    for (; !isAnswered && sent < LARGEST_SENT; sent += part.length) {
      if (!sending.write(part)) await Promise.race([once(sending, 'drain'), answered]);
    }
    const [answer] = await answered;
    expect([answer.statusCode, sent < LARGEST_SENT]).toEqual([413, true]);
    expect(JSON.parse(await text(answer))).toMatchObject({ code: 'BODY_TOO_LARGE', found: 'more than 65536 bytes' });
    sending.destroy();
  });
});

describe('a request that cannot be served is answered with a short, coded problem', () => {
  it.each<[string, string, string, unknown, number, string]>([
    ['a body nested too deeply', 'POST', '/ask', nested(30_000), 400, 'REQUEST_INVALID'],
    ['a field nested too deeply', 'POST', '/ask', `{"question":${nested(30_000)}}`, 400, 'REQUEST_INVALID'],
    ['a body that is too large', 'POST', '/ask', { question: 'x'.repeat(70_000) }, 413, 'BODY_TOO_LARGE'],
    [
      'thousands of unknown fields',
      'POST',
      '/ask',
      Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`field${index}`, 1])),
      400,
      'REQUEST_INVALID',
    ],
    [
      'a period that ends before it begins',
      'POST',
      '/ask',
      { question: 'Why?', filters: { publishedFrom: '2000-01-01', publishedTo: '1999-12-31' } },
      400,
      'REQUEST_INVALID',
    ],
    ['such a period in a list', 'GET', '/documents?from=2000-01-01&to=1999-12-31', undefined, 400, 'REQUEST_INVALID'],
    ['the year 0', 'POST', '/runs', { dataset: DATASET, date: '0000-01-01' }, 400, 'REQUEST_INVALID'],
    ['the year 0 in a filter', 'GET', '/documents?from=0000-01-01', undefined, 400, 'REQUEST_INVALID'],
    ['a NUL character in a filter', 'GET', '/documents?author=%00', undefined, 400, 'REQUEST_INVALID'],
    ['a NUL character in a title', 'GET', '/documents?title=a%00b', undefined, 400, 'REQUEST_INVALID'],
    [
      'a NUL character in the id of a run',
      'GET',
      `/runs/${ID.replace('state', '%00')}`,
      undefined,
      404,
      'RUN_NOT_FOUND',
    ],
    ['a NUL character as the id of a run', 'GET', '/runs/%00', undefined, 404, 'RUN_NOT_FOUND'],
    ['a NUL character as the run of a quarantine', 'GET', '/runs/%00/quarantine', undefined, 404, 'RUN_NOT_FOUND'],
    ['a NUL character as an execution', 'GET', `/runs/${ID}/quarantine?run=%00`, undefined, 400, 'REQUEST_INVALID'],
    ['a NUL character as the run of a replay', 'POST', '/runs/%00/replay', undefined, 404, 'RUN_NOT_FOUND'],
    [
      'a NUL character as the run of a decision',
      'POST',
      '/runs/%00/decision',
      { decision: 'approve', reason: 'x' },
      404,
      'RUN_NOT_FOUND',
    ],
    [
      'a NUL character in a reason',
      'POST',
      `/runs/${ID}/decision`,
      { decision: 'approve', reason: 'a\0b' },
      400,
      'REQUEST_INVALID',
    ],
    [
      'a cursor with an invalid date',
      'GET',
      `/documents?cursor=${cursor(['2020-99-99', 'a', 'b'])}`,
      undefined,
      400,
      '',
    ],
    [
      'a cursor with surplus text',
      'GET',
      `/documents?cursor=${cursor(['2020-01-01 x', 'a', 'b'])}`,
      undefined,
      400,
      '',
    ],
    ['a cursor with a NUL character', 'GET', `/documents?cursor=${cursor([null, 'a\0', 'b'])}`, undefined, 400, ''],
    ['a wrong method', 'DELETE', '/runs', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['another wrong method', 'GET', '/ask', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['a wrong method with a body', 'PUT', '/documents', { title: 'x' }, 405, 'METHOD_NOT_ALLOWED'],
    ['an unknown path', 'GET', '/runs/a/b/c', undefined, 404, 'ROUTE_NOT_FOUND'],
    ['no path', 'GET', '', undefined, 404, 'ROUTE_NOT_FOUND'],
  ])('%s: %s %s', async (_name, method, path, body, status, code) => {
    const { type, text } = await call(method, path, body);
    expect(type).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ status, code: code || 'CURSOR_INVALID' });
    expect(text.length).toBeLessThan(2000);
  });
});
