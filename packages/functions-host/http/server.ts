import http from 'node:http';
import type { CorsSettings } from '../settings/hostSettings';
import { isAllowedHost } from './allowedHosts';
import { allowOrigin } from './cors';
import { answerJson } from './messages';
import { describeThrown, messageOf, type Log } from '../log';

/** Answers one request with a valid URL. */
export type RequestHandler = (url: URL, request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>;

export interface ListeningServer {
  /** Like "http://127.0.0.1:7071". */
  origin: string;
  port: number;
  /** Passes requests to `handler` from now on, including earlier requests, which have been waiting. */
  serve(handler: RequestHandler): void;
  /** Accepts no new requests. Resolves when running ones are answered, at the latest after `timeoutInMilliseconds`. */
  stop(timeoutInMilliseconds: number): Promise<void>;
}

// A client that sends slowly, or nothing, must not keep its connection. An answer may take as long as it needs.
const HEADERS_TIMEOUT_IN_MILLISECONDS = 20_000;
const REQUEST_TIMEOUT_IN_MILLISECONDS = 300_000;

/**
 * Listens on `address`; port 0 means any free port. The port is opened before the app is loaded, so that an app never runs
 * while another host uses the port. Throws an Error with one clear line when the port is in use.
 */
export async function listen(
  address: string,
  port: number,
  { cors, allowedHosts, log }: { cors: CorsSettings; allowedHosts: readonly string[]; log: Log },
): Promise<ListeningServer> {
  let serve: (handler: RequestHandler) => void = () => undefined;
  const handler = new Promise<RequestHandler>((resolve) => (serve = resolve));
  let isStopping = false;
  const server = http.createServer((request, response) => {
    if (!isAllowedHost(request.headers.host, allowedHosts)) {
      request.resume();
      const message = 'The host name of the request is not one of this host. Add it with --allowed-hosts.';
      return answerJson(response, 403, { message });
    }
    if (allowOrigin(cors, request, response) === 'answered') return;
    if (isStopping) {
      answerJson(response, 503, { message: 'The host is stopping.' }, { connection: 'close' });
      return;
    }
    answer(handler, request, response).catch((thrown: unknown) => {
      log('error', 'host', describeThrown(thrown));
      if (response.headersSent) response.destroy();
      else answerJson(response, 500, { message: messageOf(thrown) });
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_IN_MILLISECONDS;
  server.requestTimeout = REQUEST_TIMEOUT_IN_MILLISECONDS;
  await startListening(server, address, port);
  const actual = server.address();
  const actualPort = actual !== null && typeof actual === 'object' ? actual.port : port;
  return {
    origin: originOf(address, actualPort),
    port: actualPort,
    serve,
    stop: async (timeoutInMilliseconds) => {
      isStopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timeout = setTimeout(() => server.closeAllConnections(), timeoutInMilliseconds);
      await closed;
      clearTimeout(timeout);
    },
  };
}

/** A server can listen on an address that means "all interfaces", but clients cannot call it. */
function originOf(address: string, port: number): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function answer(
  handler: Promise<RequestHandler>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const url = readUrl(request);
  if (!url) return answerJson(response, 400, { message: 'The request URL is not valid.' });
  await (
    await handler
  )(url, request, response);
}

function readUrl(request: http.IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  try {
    const url = new URL(target.startsWith('/') ? `http://${request.headers.host ?? 'localhost'}${target}` : target);
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

async function startListening(server: http.Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListenError(error, address, port)));
    server.listen(port, address, resolve);
  });
}

function explainListenError(error: NodeJS.ErrnoException, address: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `Port ${port} on ${address} is already in use. Stop the process that uses it, or start with another --port.`,
    );
  }
  if (error.code === 'EACCES') {
    return new Error(`Port ${port} on ${address} needs more rights than this user has. Start with a --port over 1023.`);
  }
  return new Error(`Can't listen on ${address}, port ${port}: ${error.message}.`, { cause: error });
}
