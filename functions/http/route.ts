import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { z } from 'zod';
import type { Caller, Role } from '../../lib/access/caller';
import type { App } from '../../lib/app';
import type { DocumentAccess } from '../../lib/documents/documentAccess';
import type { Orchestration } from '../../lib/ingest/orchestration';
import type { ProblemCode } from '../../lib/problems/codes';

type Schema = z.ZodType | undefined;
type Parsed<Of extends Schema> = Of extends z.ZodType ? z.output<Of> : undefined;

/**
 * The complete definition of one API call: method, path, request, response, role and handler. Validation, problem answers,
 * the request id and the OpenAPI document all come from it.
 */
export interface Route<
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Result extends z.ZodType = z.ZodType,
> {
  /** Name of the function, also the operation id in OpenAPI. */
  name: string;
  method: 'GET' | 'POST';
  /** Path below `/api/`, with `{parameters}`. */
  path: string;
  summary: string;
  /** Who may call it. `anyone`: also a caller without an identity. */
  role: 'anyone' | Role;
  request: { params?: Params; query?: Query; body?: Body };
  response: {
    status: 200 | 202;
    body: Result;
    /** Another status with the same body, and when it is sent. */
    otherwise?: { status: number; when: string };
    /** Set when the answer may also be a stream of server-sent events: describes their names and data. */
    events?: string;
  };
  /** Codes of the problems that only some routes have, this one among them. */
  problems: readonly ProblemCode[];
  /** An example request that works on the sample dataset. */
  example: { params?: Record<string, string>; query?: Record<string, string>; body?: object };
  /** It changes something, so that each call gets an audit record. Needs a role. */
  changes?: boolean;
  /** True when the handler needs the orchestration engine. */
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
  /** Which documents the caller may read. */
  access: () => Promise<DocumentAccess>;
  /** Id of this request. It is sent in the header `x-request-id` and in problems, and written to the log. */
  requestId: string;
  /** Aborted when the caller goes before the answer is complete. Undefined where the host does not let it be known. */
  callerGone: AbortSignal | undefined;
  /** Logs an error of the server. */
  logError: (message: string, error: unknown) => void;
}

/** What a handler returns. `status` defaults to the route's status. */
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
