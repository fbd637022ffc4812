import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { isSameSecret } from '../lib/access/isSameSecret';
import { localTokenCookie } from '../lib/access/localToken';
import { isAllowedHost } from '../packages/functions-host/http/allowedHosts';
import { PipelineError, toProblem } from '../lib/problems/problem';
import { PROBLEM_JSON, problemDetails } from '../lib/problems/problemDetails';

export interface RunningWeb {
  url: string;
  stop: () => Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

export interface WebOptions {
  root: string;
  port: number;
  apiUrl: string;
  /** Of the owner: an address with `?token=` signs the browser in. */
  token: string;
  /** Names under which the web app may be opened, beside localhost and addresses. */
  allowedHosts: readonly string[];
}

/**
 * Serves the built web app like Azure Static Web Apps: forwards `/api` to the Functions host (streams pass through), sends
 * the global headers of `staticwebapp.config.json`, and answers an unknown path without a file extension with the app.
 */
export async function startWeb(options: WebOptions): Promise<RunningWeb> {
  const headers = globalHeaders(options.root);
  const api = new URL(options.apiUrl);
  const server = createServer((request, response) => {
    const pathname = pathOf(request);
    if (pathname === undefined) return void response.writeHead(400, headers).end();
    if (!isAllowedHost(request.headers.host, options.allowedHosts)) {
      const text = 'This host name is not allowed. Add it to PIPELINE_ALLOWED_HOSTS.\n';
      return void response.writeHead(403, { ...headers, ...PLAIN }).end(text);
    }
    if (pathname === '/api' || pathname.startsWith('/api/')) return forward(request, response, api);
    if (signIn(request, response, options, headers)) return;
    serveFile(options.root, pathname, headers, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${options.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/**
 * Answers an address with `?token=`: the right token becomes a cookie, and the browser is sent to the same address without it, so
 * that it is not in the history. Returns false for an address without a token.
 */
function signIn(
  request: IncomingMessage,
  response: ServerResponse,
  { token, port }: WebOptions,
  headers: Record<string, string>,
): boolean {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const given = url.searchParams.get('token');
  if (given === null) return false;
  if (!isSameSecret(given, token)) {
    response
      .writeHead(403, { ...headers, ...PLAIN })
      .end('This is not the token of this platform. `npm start` prints it.\n');
    return true;
  }
  url.searchParams.delete('token');
  const cookie = `${localTokenCookie(port)}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
  // A path that begins with two slashes would name another host.
  const location = `${url.pathname.replace(/^\/+/, '/')}${url.search}`;
  response.writeHead(303, { ...headers, 'cache-control': 'no-store', 'set-cookie': cookie, location }).end();
  return true;
}

/** The request's path; undefined when it is not valid, for example `//`. An exception here would end the platform. */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : undefined;
}

function globalHeaders(root: string): Record<string, string> {
  const file = path.join(root, 'staticwebapp.config.json');
  if (!existsSync(file)) return {};
  const { globalHeaders: headers = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    globalHeaders?: Record<string, string>;
  };
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function forward(request: IncomingMessage, response: ServerResponse, api: URL): void {
  const upstream = httpRequest(
    {
      // The host may close an idle connection at the moment when it is used again.
      agent: false,
      host: api.hostname,
      port: api.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  upstream.on('error', (error) => {
    if (response.headersSent) return void response.destroy();
    const problem = new PipelineError('API_UNREACHABLE', 'The Functions host did not answer this request.', {
      found: error.message,
      remedy: 'See .local/logs/functions-host.log.',
    });
    const details = problemDetails(toProblem(problem));
    response.writeHead(details.status, { 'content-type': PROBLEM_JSON });
    response.end(JSON.stringify(details));
  });
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
}

function serveFile(
  root: string,
  pathname: string,
  headers: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, headers).end();
  let name: string;
  try {
    name = path.normalize(decodeURIComponent(pathname));
  } catch {
    return void response.writeHead(400, headers).end();
  }
  const wanted = path.join(root, name);
  const isInside = wanted === root || wanted.startsWith(root + path.sep);
  const file = isInside && existsSync(wanted) && statSync(wanted).isFile() ? wanted : undefined;
  const isMissing = !file && path.extname(name) !== '';
  const served = file ?? path.join(root, isMissing ? '404.html' : 'index.html');
  response.writeHead(isMissing ? 404 : 200, {
    ...headers,
    'content-type': TYPES[path.extname(served)] ?? 'application/octet-stream',
    // The file names of built assets contain a hash of their content.
    'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(served)
    // A build that runs at the same time removes files for a moment.
    .on('error', () => response.destroy())
    .pipe(response);
}
