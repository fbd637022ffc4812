import { clientBinding, managementPath, managementUrls } from './clientBinding';
import type { Engine } from './engine';
import { EventType } from './episodes/historyEvents';
import { isEnded, type Instance } from './instances/instance';
import { instanceFilter } from './instances/instanceFilter';
import { instanceStatus } from './instances/instanceStatus';
import { DurableRefusal } from './refusal';

export interface ManagementRequest {
  method: string;
  /** The path after /runtime/webhooks/durabletask, still encoded. */
  path: string;
  query: URLSearchParams;
  body: string;
  contentType?: string;
}

export interface ManagementAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const unknownInstance: ManagementAnswer = { status: 404 };

/** The durable management HTTP API. It answers only after all changes are on disk. */
export class ManagementApi {
  constructor(
    private readonly engine: Engine,
    private readonly origin: string,
    private readonly hubName: string,
    private readonly key: string,
  ) {}

  /** JSON text for durableClient bindings. */
  get binding(): string {
    return clientBinding(this.origin, this.hubName, this.key);
  }

  /** Answers one request. */
  handle(request: ManagementRequest): ManagementAnswer {
    try {
      const answer = this.route(request);
      this.engine.flush();
      return answer;
    } catch (thrown) {
      if (thrown instanceof DurableRefusal) return refusal(thrown.status, thrown.message);
      throw thrown;
    }
  }

  private route(request: ManagementRequest): ManagementAnswer {
    const [kind, id, operation, argument] = request.path.split('/').filter(Boolean).map(decodeURIComponent);
    if (kind === 'entities') return refusal(501, 'The local host does not support durable entities.');
    if (kind === 'orchestrators' && id !== undefined && request.method === 'POST')
      return this.start(id, operation, request);
    if (kind !== 'instances') return refusal(404, `The durable API has nothing at "${request.path}".`);
    if (id === undefined) return this.many(request);
    const instance = this.engine.table.get(id);
    if (!instance) return unknownInstance;
    if (operation === undefined) return this.one(instance, request);
    if (request.method !== 'POST') return refusal(404, `${request.method} is not known for "${operation}".`);
    return this.change(instance, operation, argument, request);
  }

  private start(name: string, id: string | undefined, { query, body }: ManagementRequest): ManagementAnswer {
    if (query.has('timeout'))
      return refusal(501, 'The local host does not support waiting in the start request; poll the status.');
    const input = readJson(body);
    if (id !== undefined) requireInstanceId(id);
    const newId = this.engine.start(name, input, { id, version: query.get('version') ?? undefined });
    const urls = managementUrls(this.origin, this.hubName, this.key, encodeURIComponent(newId));
    const headers = { location: urls.statusQueryGetUri ?? '', 'retry-after': '10' };
    return { status: 202, body: { ...urls, id: newId }, headers };
  }

  private many({ method, query }: ManagementRequest): ManagementAnswer {
    const found = [...this.engine.table.all()].filter(instanceFilter(query));
    if (method === 'GET') return { status: 200, body: found.map((instance) => instanceStatus(instance, query)) };
    if (method !== 'DELETE') return refusal(404, `${method} is not known for "instances".`);
    if (!query.has('createdTimeFrom')) return refusal(400, 'A purge of several instances needs createdTimeFrom.');
    const instancesDeleted = found.filter(({ id }) => this.engine.purge(id)).length;
    return instancesDeleted > 0 ? { status: 200, body: { instancesDeleted } } : unknownInstance;
  }

  private one(instance: Instance, { method, query }: ManagementRequest): ManagementAnswer {
    if (method === 'DELETE') {
      return this.engine.purge(instance.id) ? { status: 200, body: { instancesDeleted: 1 } } : unknownInstance;
    }
    if (method !== 'GET') return refusal(404, `${method} is not known for an instance.`);
    const body = instanceStatus(instance, query);
    if (isEnded(instance)) {
      const asError = instance.status === 'Failed' && query.get('returnInternalServerErrorOnFailure') === 'true';
      return { status: asError ? 500 : 200, body };
    }
    const location = `${this.origin}${managementPath}/instances/${encodeURIComponent(instance.id)}?${query.toString()}`;
    return { status: 202, body, headers: { location, 'retry-after': '5' } };
  }

  private change(
    instance: Instance,
    operation: string,
    argument: string | undefined,
    { query, body, contentType }: ManagementRequest,
  ): ManagementAnswer {
    const { id, status } = instance;
    const known = ['raiseevent', 'terminate', 'suspend', 'resume'];
    const name = operation.toLowerCase();
    if (!known.includes(name)) {
      // A string: the library makes it the message of an error, as it is.
      const body = `The local host does not support "${operation}"; it supports ${known.join(', ')} and purge.`;
      return { status: 501, body };
    }
    if (isEnded(instance)) return { status: 410 };
    if (name === 'raiseevent') {
      if (argument === undefined) return refusal(400, 'An event needs a name: raiseEvent/{eventName}.');
      if (!isJson(contentType)) return refusal(400, 'Only application/json request content is supported.');
      this.engine.post(id, { EventType: EventType.EventRaised, Name: argument, Input: readJson(body) });
    } else if (name === 'terminate') {
      this.engine.post(id, { EventType: EventType.ExecutionTerminated, Input: query.get('reason') });
    } else if ((status === 'Suspended') === (name === 'suspend')) {
      return refusal(500, `Cannot ${name} orchestration instance in the ${status} state.`);
    } else {
      this.engine.setSuspended(id, name === 'suspend');
    }
    return { status: 202 };
  }
}

const LONGEST_ID = 100;

/** Throws a DurableRefusal for an id that the Durable extension does not accept. */
function requireInstanceId(id: string): void {
  const fault = id.startsWith('@')
    ? 'must not begin with @'
    : // eslint-disable-next-line no-control-regex -- they are what is refused
      /[/\\#?\u0000-\u001f\u007f-\u009f]/.test(id)
      ? 'must not contain /, \\, #, ? or control characters'
      : id.length > LONGEST_ID
        ? `must not be longer than ${LONGEST_ID} characters`
        : undefined;
  if (fault !== undefined) throw new DurableRefusal(400, `Instance ids ${fault}.`);
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

/** The body as compact JSON text, null when there is none. */
function readJson(body: string): string | null {
  if (body === '') return null;
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    throw new DurableRefusal(400, 'The request body is not JSON.');
  }
}

function refusal(status: number, message: string): ManagementAnswer {
  return { status, body: { message } };
}
