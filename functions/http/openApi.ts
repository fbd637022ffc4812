import { z } from 'zod';
import { components } from '../../lib/api/components';
import { problemDetails } from '../../lib/api/problem';
import { codeEntry, type ProblemCode } from '../../lib/problems/codes';
import { PROBLEM_JSON } from '../../lib/problems/problemDetails';
import type { Route } from './route';

type Json = Record<string, unknown>;

/** Version of the API, not of the app. The first number changes when a change would break clients. */
const API_VERSION = '1.0.0';

const PROBLEM_CONTENT = { [PROBLEM_JSON]: { schema: referenceTo(problemDetails) } };

/** The OpenAPI 3.1 document of the routes. */
export function openApiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    (paths[`/${route.path}`] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Pipeline-X',
      version: API_VERSION,
      description:
        'Runs, documents, rejected records and cited answers of the lakehouse. Errors are RFC 9457 problem details.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    paths,
    components: { schemas: componentSchemas(routes) },
  };
}

function operationOf({ name: operationId, summary, role, request, response, problems, example }: Route): Json {
  const { status, body, otherwise, events } = response;
  const content = {
    'application/json': { schema: referenceTo(body) },
    ...(events === undefined ? {} : { 'text/event-stream': { schema: { type: 'string', description: events } } }),
  };
  const parameters = [
    ...parametersOf('path', request.params, example.params),
    ...parametersOf('query', request.query, example.query),
  ];
  return {
    operationId,
    summary,
    'x-role': role,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request.body === undefined ? {} : { requestBody: requestBodyOf(request.body, example.body) }),
    responses: {
      [status]: { description: 'Done.', content },
      ...(otherwise === undefined ? {} : { [otherwise.status]: { description: `When ${otherwise.when}.`, content } }),
      ...problemResponses(problems, [status, otherwise?.status]),
      default: { description: 'Another problem.', content: PROBLEM_CONTENT },
    },
  };
}

/** The problems of one route, by status. `taken`: statuses that already mean something else. */
function problemResponses(codes: readonly ProblemCode[], taken: readonly (number | undefined)[]): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = codeEntry(code);
    if (!taken.includes(status)) byStatus.set(status, [...(byStatus.get(status) ?? []), `${code}: ${title}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [status, { description: lines.join(' '), content: PROBLEM_CONTENT }]),
  );
}

function requestBodyOf(schema: z.ZodType, example: unknown): Json {
  return { required: true, content: { 'application/json': { schema: referenceTo(schema), example } } };
}

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  examples?: Record<string, string>,
): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([parameter, value]) => {
    const { description, ...inner } = value as Json;
    return {
      name: parameter,
      in: place,
      required: required.includes(parameter),
      ...(description === undefined ? {} : { description }),
      schema: inner,
      ...(examples?.[parameter] === undefined ? {} : { example: examples[parameter] }),
    };
  });
}

/** Every named schema. Request bodies use the input form of the schema, all others the output form. */
function componentSchemas(routes: readonly Route[]): Record<string, Json> {
  const { schemas: sent } = z.toJSONSchema(components, { io: 'input', uri: addressOf });
  const { schemas: answered } = z.toJSONSchema(components, { io: 'output', uri: addressOf });
  const requests = new Set(routes.flatMap(({ request: { body } }) => (body === undefined ? [] : [idOf(body)])));
  return Object.fromEntries(
    Object.keys(answered)
      .sort()
      .map((id) => [id, cleaned((requests.has(id) ? sent : answered)[id] as Json, requests.has(id))]),
  );
}

/** Removes `$schema` and `$id`. Later versions may add members to answers, so answer schemas allow more members. */
function cleaned(schema: Json, isRequest: boolean): Json {
  const { $schema: _schema, $id: _id, ...rest } = schema;
  return isRequest ? rest : (opened(rest) as Json);
}

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'additionalProperties' && inner === false))
      .map(([key, inner]) => [key, opened(inner)]),
  );
}

function referenceTo(schema: z.ZodType): Json {
  return { $ref: addressOf(idOf(schema)) };
}

function addressOf(id: string): string {
  return `#/components/schemas/${id}`;
}

function idOf(schema: z.ZodType): string {
  const id = components.get(schema)?.id;
  if (id === undefined) throw new Error('a schema of the API has no name');
  return id;
}
