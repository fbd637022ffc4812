import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultPlan } from './faultPlan';
import { listening, type FaultProxy } from './faultProxy';

export interface HttpFaultProxyOptions {
  /** Of the server, on the loopback. */
  port: number;
  plan: FaultPlan;
  /** True for a request whose answer may be an old one. Default: none. */
  mayBeStale?: (method: string, url: string) => boolean;
}

interface Answer {
  status: number;
  headers: string[];
  body: Buffer;
}

const LATE_IN_MILLISECONDS = 30;
const ALWAYS: readonly Fault[] = ['unavailable', 'refused', 'lost', 'cut', 'slow'];

/** Passes requests on to a server, and answers some of them with a fault of the plan. Bodies are held in memory. */
export async function startHttpFaultProxy(options: HttpFaultProxyOptions): Promise<FaultProxy> {
  const { plan, mayBeStale = () => false } = options;
  const lists = new Map<string, Answer>();
  const agent = new http.Agent({ keepAlive: true });

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const { method = 'GET', url = '/' } = request;
    const isList = mayBeStale(method, url);
    const old = lists.get(url);
    const fault = plan.next(isList && old ? [...ALWAYS, 'stale', 'stale'] : ALWAYS, isChange(method, url));
    if (fault === 'refused') return void request.socket.destroy();
    if (fault === 'unavailable') return void response.writeHead(503).end();
    if (fault === 'slow') await sleep(LATE_IN_MILLISECONDS);
    if (fault === 'stale' && old) return answer(response, old);
    const fresh = await forward(request, body);
    if (isList && fresh.status === 200) lists.set(url, fresh);
    if (fault === 'lost') return void request.socket.destroy();
    if (fault === 'cut') {
      response.writeHead(fresh.status, fresh.headers);
      response.flushHeaders();
      response.write(fresh.body.subarray(0, fresh.body.length >> 1), () => request.socket.destroy());
      return;
    }
    answer(response, fresh);
  }

  async function forward({ method, url, rawHeaders }: http.IncomingMessage, body: Buffer): Promise<Answer> {
    const onward = http.request({
      host: '127.0.0.1',
      port: options.port,
      method,
      path: url,
      agent,
      headers: rawHeaders,
    });
    onward.end(body);
    const [incoming] = (await once(onward, 'response')) as [http.IncomingMessage];
    return { status: incoming.statusCode ?? 502, headers: incoming.rawHeaders, body: await bytesOf(incoming) };
  }

  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  return listening(server, () => {
    server.closeAllConnections();
    agent.destroy();
  });
}

/** Questions to the vector endpoint are POST requests too. */
function isChange(method: string, url: string): boolean {
  const isQuestion = method === 'POST' && /\/points(?:\/(?:query|scroll|count)\b.*)?$/.test(url);
  return !isQuestion && !['GET', 'HEAD'].includes(method);
}

function answer(response: http.ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
