import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aliasRoutes } from './api/aliasRoutes';
import { collectionRoutes } from './api/collectionRoutes';
import { facetRoutes } from './api/facetRoutes';
import { indexRoutes } from './api/indexRoutes';
import { queryRoutes } from './api/queryRoutes';
import { readRoutes } from './api/readRoutes';
import { serviceRoutes } from './api/serviceRoutes';
import { unsupportedRoutes } from './api/unsupportedRoutes';
import { updateRoutes } from './api/updateRoutes';
import { Catalogue } from './collections/catalogue';
import { lockFolder } from './log/folderLock';
import { admit } from './admission';
import { AnswerError } from './errors';
import type { JsonValue } from './json/jsonValue';
import { readJsonBody } from './requestBody';
import { Router, type Route } from './router';

const KEEP_ALIVE_IN_MILLISECONDS = 65_000;

const flushIntervalInMilliseconds = 1000;

/** How long running requests may still take when the endpoint is stopped. */
const graceInMilliseconds = 5000;

const router = new Router([
  ...serviceRoutes,
  ...collectionRoutes,
  ...aliasRoutes,
  ...indexRoutes,
  ...updateRoutes,
  ...readRoutes,
  ...queryRoutes,
  ...facetRoutes,
  ...unsupportedRoutes,
]);

function sendJson(response: ServerResponse, statusCode: number, body: JsonValue): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

function sendText(response: ServerResponse, statusCode: number, text: string): void {
  response.writeHead(statusCode, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function sendAnswer(response: ServerResponse, format: Route['format'], answer: JsonValue, seconds: number): void {
  if (format === 'text' && typeof answer === 'string') {
    sendText(response, 200, answer);
  } else {
    sendJson(response, 200, format === 'json' ? answer : { result: answer, status: 'ok', time: seconds });
  }
}

function sendError(response: ServerResponse, error: unknown, seconds: number): void {
  if (error instanceof AnswerError) {
    sendJson(response, error.statusCode, { status: { error: error.message }, time: seconds });
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error('vector endpoint:', error);
  sendJson(response, 500, { status: { error: `Service internal error: ${message}` }, time: seconds });
}

async function handle(
  { catalogue, apiKey }: { catalogue: Catalogue; apiKey: string | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const start = performance.now();
  const secondsSoFar = () => (performance.now() - start) / 1000;
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    admit(request, url.pathname, apiKey);
    const found = router.find(request.method ?? '', url.pathname);
    if (found === undefined) {
      request.resume();
      sendText(response, 404, '');
      return;
    }
    const body = found.route.takesBody === true ? await readJsonBody(request) : {};
    // Nothing is asynchronous from here to the answer, so a request never sees an incomplete change of another request.
    const answer = found.route.answer({ catalogue, path: found.path, parameters: url.searchParams, body });
    sendAnswer(response, found.route.format, answer, secondsSoFar());
  } catch (error) {
    // A body that was not read would be taken for the next request.
    request.resume();
    sendError(response, error, secondsSoFar());
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceInMilliseconds);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}

export interface VectorEndpoint {
  /** Such as http://127.0.0.1:6333. */
  readonly url: string;
  /** Answers the running requests, writes everything to disk and releases the folder. */
  stop(): Promise<void>;
}

/**
 * Starts the vector endpoint on 127.0.0.1.
 *
 * @param options.port 0 for any free one
 * @param options.dataDirectory folder of the collections, created when it is missing
 * @param options.apiKey what callers must send; without it, every local process may call
 * @throws Error when the folder is in use by another process or damaged; with code EADDRINUSE when the port is busy
 */
export async function startVectorEndpoint(options: {
  port: number;
  dataDirectory: string;
  apiKey?: string;
}): Promise<VectorEndpoint> {
  const unlock = lockFolder(options.dataDirectory);
  let catalogue: Catalogue | undefined;
  try {
    const opened = await Catalogue.open(options.dataDirectory);
    catalogue = opened;
    const server = createServer(
      (request, response) => void handle({ catalogue: opened, apiKey: options.apiKey }, request, response),
    );
    // Clients reuse connections. A request would fail if its connection were closed at the same moment.
    server.keepAliveTimeout = KEEP_ALIVE_IN_MILLISECONDS;
    const port = await listen(server, options.port);
    const flushing = setInterval(() => opened.flush(), flushIntervalInMilliseconds);
    flushing.unref();
    return {
      url: `http://127.0.0.1:${port}`,
      stop: async () => {
        clearInterval(flushing);
        await close(server);
        await opened.close();
        unlock();
      },
    };
  } catch (error) {
    await catalogue?.close();
    unlock();
    throw error;
  }
}
