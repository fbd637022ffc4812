import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { durableOrchestration } from '../durableOrchestration';
import { theApp } from '../theApp';
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
      const { params, query, body } = route.request;
      const reply = await route.handler(
        {
          params: params && validate(request.params, params),
          query: query && readQuery(request, query),
          body: body && (await readBody(request, body)),
          http: request,
        },
        routeContext(route, context, requestId),
      );
      return responseOf(route, reply);
    }),
  });
}

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
    return { ...response, headers: { ...(response.headers as Record<string, string>), 'x-request-id': requestId } };
  };
}

function routeContext(route: Route, context: InvocationContext, requestId: string): RouteContext {
  return {
    app: theApp(),
    get orchestration() {
      if (!route.usesOrchestration)
        throw new Error(`the route ${route.name} must set usesOrchestration to get the engine`);
      return durableOrchestration(df.getClient(context));
    },
    requestId,
    logError: (message, error) => context.error(`${requestId}: ${message}`, error),
  };
}

function responseOf(route: Route, reply: Reply<unknown>): HttpResponseInit {
  if ('stream' in reply) {
    return { headers: { 'content-type': reply.contentType, 'cache-control': 'no-store' }, body: reply.stream };
  }
  const { body, status = route.response.status, location } = reply;
  return { status, jsonBody: body, ...(location === undefined ? {} : { headers: { location } }) };
}
