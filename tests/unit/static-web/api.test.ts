import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health as ServerHealth } from '../../../lib/health';
import type { DocumentFilters, DocumentPage as ServerDocumentPage } from '../../../lib/documents/documentQueries';
import type { QuarantineCounts } from '../../../lib/quarantine/quarantineCounts';
import type { QuarantinePage as ServerQuarantinePage } from '../../../lib/quarantine/quarantinePage';
import { problemDetails } from '../../../lib/problems/problemDetails';
import { createApi } from '../../../static-web/src/api';
import type { ContractVersion } from '../../../lib/api/contracts';
import type { ListedContractVersion } from '../../../lib/staging/listContractVersions';
import type { Answer } from '../../../lib/api/ask';
import type { AskEvent } from '../../../static-web/src/answerEvents';
import type { DocumentPage, DocumentQuery } from '../../../lib/api/documents';
import type { Health } from '../../../lib/api/health';
import type { QuarantinePage, QuarantineQuery } from '../../../lib/api/quarantine';
import { NO_ANSWER_USAGE } from '../../support/usage';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;

let handle: Handler;
let server: http.Server;
let origin: string;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => handle(request, response, body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function answerWith(status: number, contentType: string, body: string): void {
  handle = (_request, response) => response.writeHead(status, { 'Content-Type': contentType }).end(body);
}

async function collect(events: AsyncGenerator<AskEvent>): Promise<AskEvent[]> {
  const collected: AskEvent[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

const answer: Answer = {
  question: 'How?',
  answer: 'So – €5 [1].',
  citations: [],
  marks: [],
  sentences: [],
  model: 'extractive',
  usage: NO_ANSWER_USAGE,
};

describe('asking', () => {
  it('sends the question and its filters, and asks for a stream', async () => {
    const seen: unknown[] = [];
    handle = (request, response, body) => {
      seen.push(request.method, request.url, request.headers.accept, request.headers['content-type'], JSON.parse(body));
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`event: answer\ndata: ${JSON.stringify(answer)}\n\n`);
    };
    const request = { question: 'How?', dataset: 'speeches', filters: { author: 'Grant' } };
    await collect(createApi(origin).ask(request));
    expect(seen).toEqual(['POST', '/api/ask', 'text/event-stream', 'application/json', request]);
  });

  it('yields tokens when they arrive, also when a character is split', async () => {
    const bytes = Buffer.from(
      `event: token\ndata: {"text":"So – €5"}\n\nevent: answer\ndata: ${JSON.stringify(answer)}\n\n`,
    );
    const middle = bytes.indexOf('€') + 1;
    let sendRest: (() => void) | undefined;
    handle = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
      response.write('event: token\ndata: {"text":"first"}\n\n');
      response.write(bytes.subarray(0, middle));
      sendRest = () => response.end(bytes.subarray(middle));
    };
    const events = createApi(origin).ask({ question: 'How?' });
    // The rest is sent only after the first token arrived, so the token came before the answer was complete.
    expect((await events.next()).value).toEqual({ type: 'token', text: 'first' });
    sendRest?.();
    expect(await collect(events)).toEqual([
      { type: 'token', text: 'So – €5' },
      { type: 'answer', answer },
    ]);
  });

  it('ends with the problem that the stream names', async () => {
    const details = problemDetails({ code: 'ANSWER_UNAVAILABLE', message: 'No model.', remedy: 'Wait.' });
    answerWith(200, 'text/event-stream', `event: error\ndata: ${JSON.stringify(details)}\n\n`);
    expect(await collect(createApi(origin).ask({ question: 'How?' }))).toMatchObject([
      { type: 'error', problem: { code: 'ANSWER_UNAVAILABLE', message: 'No model.', remedy: 'Wait.' } },
    ]);
  });

  it('ignores unknown events', async () => {
    answerWith(200, 'text/event-stream', `event: news\ndata: x\n\nevent: answer\ndata: ${JSON.stringify(answer)}\n\n`);
    expect(await collect(createApi(origin).ask({ question: 'How?' }))).toEqual([{ type: 'answer', answer }]);
  });

  it('also reads an answer as one JSON document', async () => {
    answerWith(200, 'application/json', JSON.stringify(answer));
    expect(await collect(createApi(origin).ask({ question: 'How?' }))).toEqual([{ type: 'answer', answer }]);
  });

  it('reports a stream that ends without an answer', async () => {
    answerWith(200, 'text/event-stream', 'event: token\ndata: {"text":"So"}\n\n');
    await expect(collect(createApi(origin).ask({ question: 'How?' }))).rejects.toMatchObject({
      problem: { code: 'ANSWER_CUT_OFF' },
    });
  });

  it('reports a connection that breaks in the middle', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: token\ndata: {"text":"So"}\n\n', () => response.destroy());
    };
    await expect(collect(createApi(origin).ask({ question: 'How?' }))).rejects.toMatchObject({
      problem: { code: 'ANSWER_CUT_OFF' },
    });
  });

  it('closes the connection and throws an AbortError when cancelled', async () => {
    let closed: Promise<unknown> | undefined;
    handle = (_request, response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: token\ndata: {"text":"So"}\n\n');
    };
    const controller = new AbortController();
    const events = createApi(origin).ask({ question: 'How?' }, controller.signal);
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ name: 'AbortError' });
    await closed;
  });

  it('closes the connection when its reader stops early', async () => {
    let closed: Promise<unknown> | undefined;
    handle = (_request, response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: token\ndata: {"text":"So"}\n\n');
    };
    const events = createApi(origin).ask({ question: 'How?' });
    await events.next();
    await events.return(undefined);
    await closed;
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('other calls', () => {
  it('escapes the id of a run', async () => {
    let path: string | undefined;
    handle = (request, response) => {
      path = request.url;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":"a/b ?"}');
    };
    expect((await createApi(origin).run('a/b ?')).id).toBe('a/b ?');
    expect(path).toBe('/api/runs/a%2Fb%20%3F');
  });

  it('starts a run and returns its id', async () => {
    let sent: unknown;
    handle = (_request, response, body) => {
      sent = JSON.parse(body);
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"id":"ingest-a-2024-01-15"}');
    };
    const id = await createApi(origin).startRun({ dataset: 'a', date: '2024-01-15' });
    expect([id, sent]).toEqual(['ingest-a-2024-01-15', { dataset: 'a', date: '2024-01-15' }]);
  });

  it('decides, replays and cancels a run', async () => {
    const seen: unknown[] = [];
    handle = (request, response, body) => {
      seen.push(request.method, request.url, body === '' ? undefined : JSON.parse(body));
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{}');
    };
    const api = createApi(origin);
    await api.decideRun('a/b', { decision: 'approve', reason: 'known' });
    await api.replayRun('a/b');
    await api.replayRun('a/b', 'f00d');
    await api.cancelRun('a/b', { reason: 'wrong file' });
    expect(seen).toEqual([
      ...['POST', '/api/runs/a%2Fb/decision', { decision: 'approve', reason: 'known' }],
      ...['POST', '/api/runs/a%2Fb/replay', undefined],
      ...['POST', '/api/runs/a%2Fb/replay?contractVersion=f00d', undefined],
      ...['POST', '/api/runs/a%2Fb/cancel', { reason: 'wrong file' }],
    ]);
  });

  it('throws the problem of a decision that came too late', async () => {
    answerWith(409, 'application/problem+json', '{"code":"RUN_NOT_BLOCKED","title":"It waits for nothing."}');
    await expect(createApi(origin).decideRun('a', { decision: 'reject', reason: 'x' })).rejects.toMatchObject({
      status: 409,
      problem: { code: 'RUN_NOT_BLOCKED', message: 'It waits for nothing.' },
    });
  });

  it("reads a page of a run's quarantine", async () => {
    const query: Required<QuarantineQuery> = { run: 'r', code: 'ROW_VALUE_REQUIRED', cursor: 'c', limit: 2 };
    const fault = { code: 'ROW_VALUE_REQUIRED' as const, column: 'title', found: null, expected: 'a value' };
    const record = {
      ...fault,
      file: 'a.csv',
      record: 1,
      line: 2,
      byteOffset: 9,
      raw: 'x',
      isTruncated: false,
      more: [fault],
    };
    const sent: ServerQuarantinePage & { counts: QuarantineCounts } = {
      runId: 'r',
      records: [record],
      nextCursor: null,
      counts: { codes: [{ code: 'ROW_VALUE_REQUIRED', records: 1 }], isWhole: true },
    };
    const expected: QuarantinePage = sent;
    let path: string | undefined;
    handle = (request, response) => {
      path = request.url;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(sent));
    };
    expect(await createApi(origin).quarantine('a', query)).toEqual(expected);
    expect(path).toBe('/api/runs/a/quarantine?run=r&code=ROW_VALUE_REQUIRED&cursor=c&limit=2');
  });

  it('reads the versions of a contract', async () => {
    const version: ListedContractVersion = {
      version: '1.0.0',
      hash: 'f00d',
      isCurrent: true,
      firstUsedAt: null,
      partitions: { count: 0, first: null, last: null },
      changes: null,
    };
    const expected: ContractVersion[] = [version];
    let path: string | undefined;
    handle = (request, response) => {
      path = request.url;
      const body = JSON.stringify({ dataset: 'a/b', versions: [version] });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
    };
    expect(await createApi(origin).contractVersions('a/b')).toEqual(expected);
    expect(path).toBe('/api/contracts/a%2Fb/versions');
  });

  it('leaves empty filters out of the address', async () => {
    const paths: (string | undefined)[] = [];
    handle = (request, response) => {
      paths.push(request.url);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"documents":[],"nextCursor":null}');
    };
    const api = createApi(origin);
    await api.documents({ author: 'A & B', title: '', cursor: undefined, limit: 50 });
    await api.documents({});
    expect(paths).toEqual(['/api/documents?author=A+%26+B&limit=50', '/api/documents']);
  });

  it('asks for documents by every filter, and reads a page', async () => {
    // Typed with the server's types: a change on only one side fails the type check.
    const filters: Required<DocumentFilters> = {
      dataset: 'speeches',
      author: 'Grant',
      category: 'Republican',
      from: '1870-01-01',
      to: '1880-01-01',
      title: 'Address',
    };
    const query: Required<DocumentQuery> = { ...filters, cursor: 'c', limit: 2 };
    const document = { dataset: 'speeches', docId: '1', title: 'An Address', ingestDate: '2024-01-15' };
    const sent: ServerDocumentPage = {
      documents: [{ ...document, author: null, publishedAt: null, category: null }],
      nextCursor: 'next',
    };
    const expected: DocumentPage = sent;
    let path: string | undefined;
    handle = (request, response) => {
      path = request.url;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(sent));
    };
    expect(await createApi(origin).documents(query)).toEqual(expected);
    expect(Object.fromEntries(new URL(path ?? '', origin).searchParams)).toEqual({
      ...filters,
      cursor: 'c',
      limit: '2',
    });
  });

  it('throws the problem of a refused call', async () => {
    answerWith(409, 'application/problem+json', '{"code":"RUN_ACTIVE","detail":"It runs already.","remedy":"Wait."}');
    await expect(createApi(origin).startRun({ dataset: 'a' })).rejects.toMatchObject({
      status: 409,
      problem: { code: 'RUN_ACTIVE', message: 'It runs already.', remedy: 'Wait.' },
    });
  });

  it("throws a problem for a proxy's page, refused or not", async () => {
    const api = createApi(origin);
    answerWith(502, 'text/html', '<h1>Bad gateway</h1>');
    await expect(api.runs()).rejects.toMatchObject({ problem: { code: 'HTTP_502' } });
    answerWith(200, 'text/html', '<h1>Hello</h1>');
    await expect(api.runs()).rejects.toMatchObject({ problem: { code: 'API_NOT_JSON' } });
  });

  it('reads a degraded health report, whatever its status', async () => {
    const sent: ServerHealth = {
      status: 'degraded',
      disks: [{ name: 'temporary', freeBytes: 5, totalBytes: 9 }],
      dependencies: [{ name: 'vectors', status: 'unavailable', latencyInMilliseconds: 9, error: 'down' }],
    };
    answerWith(503, 'application/json', JSON.stringify(sent));
    const expected: Health = sent;
    expect(await createApi(origin).health()).toEqual(expected);
    answerWith(500, 'application/problem+json', '{"code":"INTERNAL","detail":"Broken."}');
    await expect(createApi(origin).health()).rejects.toMatchObject({ problem: { code: 'INTERNAL' } });
  });

  it('throws a problem when nothing listens', async () => {
    const gone = http.createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    await expect(createApi(`http://127.0.0.1:${port}`).runs()).rejects.toMatchObject({
      problem: { code: 'API_UNREACHABLE', retryable: true },
    });
  });
});
