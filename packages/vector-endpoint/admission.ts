import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { AnswerError } from './errors';

/** Served without a key, as Qdrant does. */
const OPEN_PATHS = ['/', '/healthz', '/livez', '/readyz'];

/**
 * Refuses who may not call: a web page whose name was made to point at this machine (DNS rebinding), a page of another
 * origin, and, where a key is set, whoever lacks it (`api-key`, or a bearer token).
 *
 * @throws AnswerError 403 for another host or origin, 401 without the key
 */
export function admit(request: IncomingMessage, pathname: string, apiKey: string | undefined): void {
  const { host, origin } = request.headers;
  if (!isOwnHost(host)) throw new AnswerError(403, 'Forbidden: the host name of the request is not this endpoint');
  if (origin !== undefined && !isSameOrigin(origin, host)) {
    throw new AnswerError(403, 'Forbidden: the request comes from a web page');
  }
  if (apiKey === undefined || OPEN_PATHS.includes(pathname)) return;
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const given = request.headers['api-key'] ?? bearer;
  if (typeof given === 'string' && timingSafeEqual(digest(given), digest(apiKey))) return;
  // Qdrant's words.
  throw new AnswerError(401, 'Must provide an API key or an Authorization bearer token');
}

/** Browsers cannot be made to send an address as Host, only the name of a page. */
function isOwnHost(header: string | undefined): boolean {
  if (header === undefined || header === '') return true;
  if (!URL.canParse(`http://${header}`)) return false;
  const name = new URL(`http://${header}`).hostname;
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost' || name.endsWith('.localhost');
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Digests have one length, so that the comparison takes the same time for every key. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
