import type { RpcHttp } from '../worker/coreContract';
import type { HttpCall, HttpSurroundings } from './call';
import { answerJson, readBody, singleHeaders } from './messages';
import { failCall } from './call';
import { serializeCookie } from './rpcCookie';

/** What Azure accepts. */
const LARGEST_BODY_IN_BYTES = 210 * 1024 * 1024;

/** Serves a call whose complete request and response bodies are part of the invocation (no `enableHttpStream`). */
export async function serveWhole(call: HttpCall, { invoke, log }: HttpSurroundings): Promise<void> {
  const { found, request, response, invocationId, extraInputs } = call;
  try {
    const body = await readBody(request, LARGEST_BODY_IN_BYTES);
    if (!body) return answerJson(response, 413);
    const data = { http: toRpcHttp(call, body) };
    const { returnValue } = await invoke(found.name, { data, invocationId, extraInputs });
    const answer = returnValue?.http;
    if (!answer) {
      response.writeHead(204).end();
      return;
    }
    for (const cookie of answer.cookies ?? []) response.appendHeader('set-cookie', serializeCookie(cookie));
    response.writeHead(Number(answer.statusCode ?? 200), answer.headers);
    response.end(answer.body?.bytes ?? answer.body?.string ?? undefined);
  } catch (thrown) {
    failCall(call, log, thrown);
  }
}

function toRpcHttp({ request, url, parameters }: HttpCall, body: Buffer): RpcHttp {
  const headers = singleHeaders(request);
  const query = Object.fromEntries(url.searchParams);
  return {
    url: `http://${headers.host ?? url.host}${url.pathname}${url.search}`,
    method: request.method,
    headers,
    query,
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(query),
    nullableParams: nullable(parameters),
    body: body.length > 0 ? { bytes: body } : undefined,
  };
}

function nullable(values: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
