import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsSettings } from '../settings/hostSettings';

/**
 * Lets web pages of the allowed origins call the host (Host.CORS of local.settings.json, as in Core Tools): sets the
 * headers that browsers need and answers their preflight requests.
 */
export function allowOrigin(
  { origins, allowsCredentials }: CorsSettings,
  request: IncomingMessage,
  response: ServerResponse,
): 'answered' | 'continue' {
  const { origin } = request.headers;
  if (origin === undefined || origins.length === 0) return 'continue';
  const isAllowed = origins.includes('*') || origins.includes(origin);
  if (isAllowed) {
    response.setHeader('access-control-allow-origin', origins.includes('*') && !allowsCredentials ? '*' : origin);
    response.setHeader('vary', 'Origin');
    if (allowsCredentials) response.setHeader('access-control-allow-credentials', 'true');
  }
  const wantedMethod = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || wantedMethod === undefined) return 'continue';
  if (isAllowed) {
    response.setHeader('access-control-allow-methods', wantedMethod);
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*');
  }
  response.writeHead(204).end();
  return 'answered';
}
