import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with JSON, or with an empty body when `body` is undefined. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(text);
}

/**
 * Reads a whole request body; undefined when it has more than `limitInBytes`, at once when the request announces it. The
 * rest of such a body is read and dropped, so that the client gets the answer instead of a broken connection.
 */
export async function readBody(request: IncomingMessage, limitInBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitInBytes) {
    request.resume();
    return undefined;
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length <= limitInBytes) parts.push(part as Buffer);
    else parts.length = 0;
  }
  return length <= limitInBytes ? Buffer.concat(parts, length) : undefined;
}

/** Request headers with one text value each, as functions see them. */
export function singleHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
