import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { durableOrchestration } from '../durableOrchestration';
import { theApp } from '../theApp';
import { auditing } from './auditing';
import { callerSignal } from './callerSignal';
import { checkAccess } from './checkAccess';
import { problemResponse } from './problemResponse';
import { readBody, readQuery, validate } from './readRequest';
import { requestIdOf } from './requestId';
import type { Reply, Route, RouteContext } from './route';

/** Registers the function of a route. */
export function registerRoute(route: Route): void {
  app.http(route.name, {
    route: route.path,
    methods: [route.method],
    authLevel: 'anonymous',
    ...(route.usesOrchestration ? { extraInputs: [df.input.durableClient()] } : {}),
    handler: answeringProblems(async (request, context, requestId) => {
      const app = theApp();
      const caller = await checkAccess(app, request, route.role);
      const { params, query, body } = route.request;
      const routeRequest = {
        params: params && validate(request.params, params),
        query: query && readQuery(request, query),
        body: body && (await readBody(request, body)),
        http: request,
      };
      const routeContext = contextOf(route, context, { app, caller, requestId });
      const handle = () => route.handler(routeRequest, routeContext);
      if (!route.changes || !caller) return responseOf(route, await handle());
      const subject = subjectOf(route.path, request.params);
      const details = (routeRequest.body ?? {}) as Record<string, unknown>;
      const audited = { caller, action: route.name, subject, details, requestId };
      return responseOf(route, await auditing(app, audited, routeContext.logError, handle));
    }),
  });
}

/** An answer is for this caller, now, and is what its content type says. */
const SAFE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Wraps a handler: errors become problem details, and errors of the server (5xx) are logged. */
export function answeringProblems(
  handler: (request: HttpRequest, context: InvocationContext, requestId: string) => Promise<HttpResponseInit>,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit> {
  return async (request, context) => {
    const requestId = requestIdOf(request, context);
    let response: HttpResponseInit;
    try {
      response = await handler(request, context, requestId);
    } catch (error) {
      response = problemResponse(error, requestId);
      if ((response.status ?? 500) >= 500) context.error(`${requestId}: ${describeProblem(toProblem(error))}`, error);
    }
    const headers = { ...SAFE_HEADERS, ...(response.headers as Record<string, string>), 'x-request-id': requestId };
    return { ...response, headers };
  };
}

/** The path of the request, from the template of the route; encoded, so that it is text that every store can hold. */
function subjectOf(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function contextOf(
  route: Route,
  context: InvocationContext,
  known: Pick<RouteContext, 'app' | 'caller' | 'requestId'>,
): RouteContext {
  return {
    ...known,
    callerGone: callerSignal(context.invocationId),
    access: () => known.app.findAccess(known.caller?.groups ?? []),
    get orchestration() {
      if (!route.usesOrchestration)
        throw new Error(`the route ${route.name} must set usesOrchestration to get the engine`);
      return durableOrchestration(df.getClient(context));
    },
    logError: (message, error) => context.error(`${known.requestId}: ${message}`, error),
  };
}

function responseOf(route: Route, reply: Reply<unknown>): HttpResponseInit {
  if ('stream' in reply) {
    return { headers: { 'content-type': reply.contentType }, body: reply.stream };
  }
  const { body, status = route.response.status, location } = reply;
  return { status, jsonBody: body, ...(location === undefined ? {} : { headers: { location } }) };
}
