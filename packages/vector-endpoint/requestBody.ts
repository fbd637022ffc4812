import type { IncomingMessage } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { AnswerError, malformedBody } from './errors';
import { isObject, type JsonObject, type JsonValue } from './json/jsonValue';

/** Qdrant's default `service.max_request_size_mb`. */
const largestBodyInBytes = 32 * 1024 * 1024;

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    // A body that is too large is read to its end, so that the client gets an answer instead of a broken connection.
    if (length <= largestBodyInBytes) {
      chunks.push(chunk as Buffer);
    }
  }
  if (length > largestBodyInBytes) {
    throw new AnswerError(
      400,
      `JSON payload (${length} bytes) is larger than allowed (limit: ${largestBodyInBytes} bytes).`,
    );
  }
  return Buffer.concat(chunks, length);
}

/**
 * Reads a JSON object from a request.
 *
 * @throws AnswerError 400 for another content type, a body of more than 32 MB, or anything but a JSON object
 */
export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBytes(request);
  const contentType = request.headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
    throw new AnswerError(400, 'Content type error');
  }
  if (!isUtf8(bytes)) {
    throw malformedBody('invalid unicode code point');
  }
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch (error) {
    throw malformedBody((error as Error).message);
  }
  if (!isObject(parsed)) {
    throw malformedBody('invalid type, expected a map');
  }
  return parsed;
}
