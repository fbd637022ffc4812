import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { z } from 'zod';
import type { Caller, Role } from '../../lib/access/caller';
import type { App } from '../../lib/app';
import type { Orchestration } from '../../lib/ingest/orchestration';
import type { ProblemCode } from '../../lib/problems/codes';

type Schema = z.ZodType | undefined;
type Parsed<Of extends Schema> = Of extends z.ZodType ? z.output<Of> : undefined;

/**
 * One call of the API, whole: where it is, what it takes and gives, who may call it, and the use case behind it. Validation,
 * problem answers, the request id, and the OpenAPI document all come from it.
 */
export interface Route<
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Result extends z.ZodType = z.ZodType,
> {
  /** Name of the function, and the operation id. */
  name: string;
  method: 'GET' | 'POST';
  /** Below `/api/`, with `{parameters}`. */
  path: string;
  summary: string;
  /** Who may call it. `anyone`: also a caller without an identity. */
  role: 'anyone' | Role;
  request: { params?: Params; query?: Query; body?: Body };
  response: {
    status: 200 | 202;
    body: Result;
    /** Another status with the same body, and when it is given. */
    otherwise?: { status: number; when: string };
    /** The answer may also be a stream of server-sent events: what their names and data are. */
    events?: string;
  };
  /** Codes of the problems that are particular to this route. */
  problems: readonly ProblemCode[];
  /** One request that works on the sample dataset. */
  example: { params?: Record<string, string>; query?: Record<string, string>; body?: object };
  /** It changes something, so that each call gets an audit record. Needs a role. */
  changes?: boolean;
  /** The handler gets the orchestration engine. */
  usesOrchestration?: boolean;
  handler(request: RouteRequest<Params, Query, Body>, context: RouteContext): Promise<Reply<z.input<Result>>>;
}

export interface RouteRequest<Params extends Schema, Query extends Schema, Body extends Schema> {
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  http: HttpRequest;
}

export interface RouteContext {
  app: App;
  orchestration: Orchestration;
  /** Undefined only on a route for anyone. */
  caller: Caller | undefined;
  /** Of this request: in the answer's header `x-request-id`, in its problem and in the log. */
  requestId: string;
  /** Writes what is our fault to the log. */
  logError: (message: string, error: unknown) => void;
}

/** What a handler answers. `status`: default that of the route. */
export type Reply<Body> =
  { body: Body; status?: number; location?: string } | { stream: HttpResponseInit['body']; contentType: string };

/** Lets the compiler infer the types of a route. */
export function defineRoute<
  Result extends z.ZodType,
  Params extends Schema = undefined,
  Query extends Schema = undefined,
  Body extends Schema = undefined,
>(route: Route<Params, Query, Body, Result>): Route<Params, Query, Body, Result> {
  return route;
}
