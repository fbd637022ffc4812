import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Operation {
  operationId: string;
  parameters?: { name: string; in: 'path' | 'query'; example?: string }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content: Record<string, { schema: { $ref: string } }> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

export interface DrivenExample {
  operation: string;
  status: number;
  /** Faults of the response against its schema; members that the schema does not name are faults, too. */
  faults: string[];
}

/** Sends the example of an operation and checks the response against the schema of its status. */
export async function driveExample(
  call: typeof fetch,
  api: string,
  document: OpenApi,
  operationId: string,
): Promise<DrivenExample> {
  const [path, method, operation] = find(document, operationId);
  const { parameters = [], requestBody, responses } = operation;
  const address = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, { name, example = '' }) => text.replace(`{${name}}`, encodeURIComponent(example)), path);
  const query = new URLSearchParams(
    parameters.flatMap((parameter) =>
      parameter.in === 'query' && parameter.example !== undefined
        ? [[parameter.name, parameter.example] as [string, string]]
        : [],
    ),
  );
  const response = await call(`${api}${address}?${query.toString()}`, {
    method: method.toUpperCase(),
    ...(requestBody && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestBody.content['application/json']?.example),
    }),
  });
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const described = (responses[response.status] ?? responses.default)?.content[type];
  const faults = described
    ? faultsOf(document, described.schema.$ref, await response.json())
    : [`${response.status} ${type} is not in the document`];
  return { operation: operationId, status: response.status, faults };
}

function find(document: OpenApi, operationId: string): [path: string, method: string, operation: Operation] {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId === operationId) return [path, method, operation];
    }
  }
  throw new Error(`the document does not have the operation ${operationId}`);
}

function faultsOf(document: OpenApi, reference: string, body: unknown): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(closed(document) as object, 'api');
  const validate = ajv.compile({ $ref: `api${reference}` });
  validate(body);
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

/** The same schemas, which refuse members that they do not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, closed(inner)] as const);
  const isObject = 'type' in value && value.type === 'object' && 'properties' in value;
  return Object.fromEntries(isObject ? [...entries, ['additionalProperties', false]] : entries);
}
