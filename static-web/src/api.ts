import type { AskRequest } from '../../lib/api/ask';
import type { Me } from '../../lib/api/access';
import type { ContractVersion, ContractVersionList } from '../../lib/api/contracts';
import type { DocumentPage, DocumentQuery } from '../../lib/api/documents';
import type { Health } from '../../lib/api/health';
import type { QuarantinePage, QuarantineQuery } from '../../lib/api/quarantine';
import type {
  CancelRunRequest,
  DecideRunRequest,
  ReplayQuery,
  Run,
  RunDetail,
  RunList,
  StartedRun,
  StartRunRequest,
} from '../../lib/api/runs';
import type { RunTrace } from '../../lib/api/traces';
import { answerEvents, type AskEvent } from './answerEvents';
import { ApiError, isAbort, problemOf } from './problem';

/** The pipeline's HTTP API. Every call throws ApiError with the API's problem, or an AbortError. */
export interface Api {
  /** The events as they arrive; ends after `answer` or `error`. Leaving the loop early closes the connection. */
  ask(request: AskRequest, signal?: AbortSignal): AsyncGenerator<AskEvent>;
  runs(signal?: AbortSignal): Promise<Run[]>;
  run(id: string, signal?: AbortSignal): Promise<RunDetail>;
  /** @returns the id of the run that was accepted. */
  startRun(request: StartRunRequest, signal?: AbortSignal): Promise<string>;
  /** Starts the same dataset and date again, to compare it with the previous run. Default: with the current contract. */
  replayRun(id: string, contractVersion?: string, signal?: AbortSignal): Promise<void>;
  /** Approves or rejects a blocked run. */
  decideRun(id: string, decision: DecideRunRequest, signal?: AbortSignal): Promise<void>;
  /** Asks a run to end. */
  cancelRun(id: string, request: CancelRunRequest, signal?: AbortSignal): Promise<void>;
  /** The rejected records of a run. */
  quarantine(id: string, query: QuarantineQuery, signal?: AbortSignal): Promise<QuarantinePage>;
  /** When each part of the latest execution was at work. */
  trace(id: string, signal?: AbortSignal): Promise<RunTrace>;
  /** The versions of a dataset's contract, latest first. */
  contractVersions(dataset: string, signal?: AbortSignal): Promise<ContractVersion[]>;
  documents(query: DocumentQuery, signal?: AbortSignal): Promise<DocumentPage>;
  /** Also returns the report when the API answers 503 because a dependency has failed. */
  health(signal?: AbortSignal): Promise<Health>;
  /** Who the caller is to the API. */
  me(signal?: AbortSignal): Promise<Me>;
}

/** @param origin scheme, host and port of the API; the page's own when empty. */
export function createApi(origin = ''): Api {
  const call = (path: string, init: RequestInit) => send(`${origin}/api/${path}`, init);
  const get = async <T>(path: string, signal?: AbortSignal) => (await bodyOf(await call(path, { signal }))) as T;

  return {
    async *ask(request, signal) {
      const response = await call('ask', { ...jsonPost(request, 'text/event-stream'), signal });
      yield* answerEvents(await accepted(response));
    },
    async runs(signal) {
      return (await get<RunList>('runs', signal)).runs;
    },
    run: (id, signal) => get<RunDetail>(runAddress(id), signal),
    async startRun(request, signal) {
      const response = await call('runs', { ...jsonPost(request), signal });
      return ((await bodyOf(response)) as StartedRun).id;
    },
    async replayRun(id, contractVersion, signal) {
      const query = searchOf({ contractVersion });
      await accepted(await call(`${runAddress(id)}/replay${query}`, { method: 'POST', signal }));
    },
    async decideRun(id, decision, signal) {
      await accepted(await call(`${runAddress(id)}/decision`, { ...jsonPost(decision), signal }));
    },
    async cancelRun(id, request, signal) {
      await accepted(await call(`${runAddress(id)}/cancel`, { ...jsonPost(request), signal }));
    },
    quarantine: (id, query, signal) => get<QuarantinePage>(`${runAddress(id)}/quarantine${searchOf(query)}`, signal),
    trace: (id, signal) => get<RunTrace>(`${runAddress(id)}/trace`, signal),
    async contractVersions(dataset, signal) {
      const path = `contracts/${encodeURIComponent(dataset)}/versions`;
      return (await get<ContractVersionList>(path, signal)).versions;
    },
    documents: (query, signal) => get<DocumentPage>(`documents${searchOf(query)}`, signal),
    me: (signal) => get<Me>('me', signal),
    async health(signal) {
      const response = await call('health', { signal });
      const body = await jsonOf(response);
      if (isHealth(body)) return body;
      throw new ApiError(problemOf(body, response.status), response.status);
    },
  };
}

function runAddress(id: string): string {
  return `runs/${encodeURIComponent(id)}`;
}

/** `?a=b&c=d` from the parameters that are set, or an empty string. */
export function searchOf(query: DocumentQuery | QuarantineQuery | ReplayQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, string | number | undefined][]) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters.toString()}` : '';
}

function jsonPost(body: object, accept = 'application/json'): RequestInit {
  const headers = { 'Content-Type': 'application/json', Accept: accept };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

async function send(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (isAbort(error)) throw error;
    const problem = {
      code: 'API_UNREACHABLE',
      message: 'The API did not answer.',
      remedy: 'Check that the pipeline is running, then try again.',
      retryable: true,
    };
    throw new ApiError(problem, undefined, error);
  }
}

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new ApiError(problemOf(await jsonOf(response), response.status), response.status);
}

async function bodyOf(response: Response): Promise<unknown> {
  const body = await jsonOf(await accepted(response));
  if (body !== undefined) return body;
  const problem = { code: 'API_NOT_JSON', message: 'The answer of the API is not JSON.' };
  throw new ApiError(problem, response.status);
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch (error) {
    if (isAbort(error)) throw error;
    return undefined;
  }
}

function isHealth(body: unknown): body is Health {
  return typeof body === 'object' && body !== null && 'dependencies' in body && Array.isArray(body.dependencies);
}
