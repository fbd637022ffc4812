import type { RequestHeaders } from './identity';

/** The token of `Authorization: Bearer <token>` (RFC 6750), or undefined. */
export function bearerToken(headers: RequestHeaders): string | undefined {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(headers.get('authorization') ?? '')?.[1];
}
