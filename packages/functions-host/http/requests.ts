import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RegisteredFunction, TypedData } from '../worker/coreContract';
import type { Engine } from '../durable/engine';
import type { ManagementApi } from '../durable/managementApi';
import type { FunctionTimers } from '../timers/functionTimers';
import { newInvocationId, type HttpSurroundings } from './call';
import { hasHostKey } from './hostKey';
import { answerJson, readBody } from './messages';
import { serveStreamed } from './streamed';
import { findHttpFunction, type HttpFunction } from './httpFunctions';
import { clientPath, managementPath } from '../durable/clientBinding';
import type { RequestHandler } from './server';
import { serveWhole } from './whole';

export interface RequestTargets extends HttpSurroundings {
  httpFunctions: readonly HttpFunction[];
  functions: ReadonlyMap<string, RegisteredFunction>;
  timers: FunctionTimers;
  engine: Engine;
  management: ManagementApi;
  /** What management and admin calls must have. */
  key: string;
  /** URL for bodies when the app streams HTTP. */
  streamUri: string | undefined;
  extraInputs: (registered: RegisteredFunction) => Record<string, TypedData>;
}

/** Sends each request to the durable management API, the admin API, or the function whose route it is. */
export function createRequestHandler(targets: RequestTargets): RequestHandler {
  return async (url, request, response) => {
    const ownPath = subPathOf(url.pathname, clientPath(targets.key));
    const subPath = ownPath ?? subPathOf(url.pathname, managementPath);
    const isAdmin = url.pathname.startsWith('/admin/');
    const needsKey = isAdmin || (subPath !== undefined && ownPath === undefined);
    if (needsKey && !hasHostKey(targets.key, url, request)) {
      return refuse(
        request,
        response,
        401,
        'This call needs the key of the host: ?code= or the header x-functions-key.',
      );
    }
    if (subPath !== undefined) {
      const bytes = await readBody(request, LARGEST_MANAGEMENT_BODY_IN_BYTES);
      if (!bytes)
        return refuse(request, response, 413, `The body has more than ${LARGEST_MANAGEMENT_BODY_IN_BYTES} bytes.`);
      const body = bytes.toString();
      const method = request.method ?? 'GET';
      const contentType = request.headers['content-type'];
      const answer = targets.management.handle({ method, path: subPath, query: url.searchParams, body, contentType });
      return answerJson(response, answer.status, answer.body, answer.headers);
    }
    if (isAdmin) return serveAdmin(targets, url, request, response);
    await serveFunction(targets, url, request, response);
  };
}

/** Inputs and events are small; large data travels in the lake. */
const LARGEST_MANAGEMENT_BODY_IN_BYTES = 4 * 1024 * 1024;

/** Answers at once. The rest of the body is read and dropped: a client that is still sending gets the answer that way. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  request.resume();
  answerJson(response, status, { message });
}

async function serveFunction(
  targets: RequestTargets,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const match = findHttpFunction(targets.httpFunctions, request.method ?? 'GET', url.pathname);
  if (!match) return answerJson(response, 404);
  const extraInputs = targets.extraInputs(match.found.registered);
  const call = { ...match, url, request, response, invocationId: newInvocationId(), extraInputs };
  if (targets.streamUri !== undefined) await serveStreamed(call, targets.streamUri, targets);
  else await serveWhole(call, targets);
  targets.log('debug', match.found.name, `${request.method} ${url.pathname} ${response.statusCode}`);
}

/** `GET /admin/host/status` and `POST /admin/functions/NAME` (runs a timer function now). */
function serveAdmin(
  { engine, functions, timers }: RequestTargets,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, , area, name] = url.pathname.split('/').map(decodeURIComponent);
  if (request.method === 'GET' && area === 'host' && name === 'status') {
    const uptimeInMilliseconds = Math.round(process.uptime() * 1000);
    const body = { id: 'local', state: 'Running', version: 'local', processId: process.pid };
    return answerJson(response, 200, { ...body, processUptime: uptimeInMilliseconds, durable: engine.statistics });
  }
  if (request.method !== 'POST' || area !== 'functions' || name === undefined) return answerJson(response, 404);
  if (timers.trigger(name)) return answerJson(response, 202);
  const message = `'${name}' is not a timer function; only timer functions can be started here.`;
  return functions.has(name) ? answerJson(response, 400, { message }) : answerJson(response, 404);
}

/** The part of a path after `base`; undefined for a path that is not below it. */
function subPathOf(path: string, base: string): string | undefined {
  return path === base || path.startsWith(`${base}/`) ? path.slice(base.length) : undefined;
}
