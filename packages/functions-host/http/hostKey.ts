import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** True when the request has the key, as Azure takes it: `?code=` or the header x-functions-key. */
export function hasHostKey(key: string, url: URL, request: IncomingMessage): boolean {
  const given = request.headers['x-functions-key'] ?? url.searchParams.get('code');
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(key));
}

/** Digests have one length, so that the comparison takes the same time for every key. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
