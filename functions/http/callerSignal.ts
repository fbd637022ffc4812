import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const INVOCATION_ID = 'x-ms-invocation-id';
const calls = new Map<string, AbortSignal>();

/**
 * The Functions library does not say when a caller goes away: its HTTP server (`@azure/functions` 4.16, `httpProxy.ts`) reads an
 * answer to its end whether or not the connection is open. Node.js names each request that a server of this process gets, with
 * its response, whose early `close` is what the library leaves out.
 */
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const id = request.headers[INVOCATION_ID];
  if (typeof id !== 'string') return;
  const controller = new AbortController();
  calls.set(id, controller.signal);
  response.once('close', () => {
    calls.delete(id);
    if (!response.writableFinished) controller.abort();
  });
});

/** Aborted when the caller of this invocation goes before the answer is complete; undefined where requests are not streamed. */
export function callerSignal(invocationId: string): AbortSignal | undefined {
  return calls.get(invocationId);
}
