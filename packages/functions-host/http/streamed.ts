import http from 'node:http';
import { failCall, type HttpCall, type HttpSurroundings } from './call';
import { singleHeaders } from './messages';

/** Headers that are not forwarded: they belong to one connection, or carry the id that only host and library need. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'x-ms-invocation-id',
]);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

/**
 * Serves a call of an app with `enableHttpStream`: bodies are streamed through the library's own HTTP server at
 * `streamUri`, while the invocation with the same id runs the function.
 */
export async function serveStreamed(
  call: HttpCall,
  streamUri: string,
  { invoke, log }: HttpSurroundings,
): Promise<void> {
  const { found, parameters, url, request, response, invocationId, extraInputs } = call;
  const headers = singleHeaders(request);
  const upstream = http.request(new URL(`${url.pathname}${url.search}`, streamUri), {
    agent,
    method: request.method,
    headers: {
      ...headers,
      'x-ms-invocation-id': invocationId,
      'x-forwarded-host': headers.host ?? url.host,
      'x-forwarded-proto': 'http',
    },
  });
  upstream.on('response', (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !connectionHeaders.has(name));
    response.writeHead(answer.statusCode ?? 500, Object.fromEntries(kept));
    // Send the headers at once: the first chunk of a stream may take long.
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', (error) => {
    if (!response.destroyed && !response.writableEnded) failCall(call, log, error);
  });
  request.pipe(upstream);
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });

  const route = Object.entries(parameters).map(([name, value]) => [name, { string: value }] as const);
  const query = [...url.searchParams].map(([name, value]) => [name, { string: value }] as const);
  try {
    const { hasResult } = await invoke(found.name, {
      invocationId,
      triggerMetadata: {
        // As in Azure, they too become parameters of the request; those of the route win.
        ...Object.fromEntries([...query, ...route]),
        Query: { json: JSON.stringify(Object.fromEntries(url.searchParams)) },
        Headers: { json: JSON.stringify(headers) },
      },
      extraInputs,
    });
    if (hasResult) return;
    // The library writes no answer when a function returns nothing.
    response.writeHead(204).end();
    upstream.destroy();
  } catch (thrown) {
    failCall(call, log, thrown);
    upstream.destroy();
  }
}
