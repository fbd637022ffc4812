import { eventually, HOST_KEY } from './hostProcess';

export interface Status {
  name: string;
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  createdTime: string;
  historyEvents?: Record<string, unknown>[];
}

const managementPath = '/runtime/webhooks/durabletask';
const headers = { 'x-functions-key': HOST_KEY };

/** Starts an orchestration through the management API and returns its id. */
export async function startOrchestration(origin: string, name: string, input: unknown, id = ''): Promise<string> {
  const response = await fetch(`${origin}${managementPath}/orchestrators/${name}/${id}`, {
    method: 'POST',
    headers,
    body: input === undefined ? undefined : JSON.stringify(input),
  });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}

/** The status of an instance; `query` like "showHistory=true". */
export async function readStatus(origin: string, id: string, query = ''): Promise<Status> {
  const response = await fetch(`${origin}${managementPath}/instances/${encodeURIComponent(id)}?${query}`, { headers });
  return (await response.json()) as Status;
}

/** Waits until an instance has ended, and returns its status. */
export async function waitUntilEnded(origin: string, id: string): Promise<Status> {
  return eventually(async () => {
    const status = await readStatus(origin, id);
    return ['Completed', 'Failed', 'Terminated'].includes(status.runtimeStatus) ? status : undefined;
  });
}

/** Runs an orchestration to its end. */
export async function runOrchestration(origin: string, name: string, input?: unknown): Promise<Status> {
  return waitUntilEnded(origin, await startOrchestration(origin, name, input));
}

/** Any other request to the management API. */
export async function manage(
  origin: string,
  method: string,
  path: string,
  body?: string,
  contentType = 'application/json',
): Promise<Response> {
  return fetch(`${origin}${managementPath}/${path}`, {
    method,
    body,
    headers: { 'content-type': contentType, ...headers },
  });
}
