import type { RpcHttpCookie } from '../worker/coreContract';

const sameSiteNames: Record<string, string> = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' };

/** A Set-Cookie header from the cookie of a function's answer. */
export function serializeCookie(cookie: RpcHttpCookie): string {
  const parts = [`${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`];
  const maxAge = cookie.maxAge?.value;
  const expires = cookie.expires?.value?.seconds;
  const sameSite = sameSiteNames[String(cookie.sameSite)];
  if (typeof maxAge === 'number') parts.push(`Max-Age=${Math.floor(maxAge)}`);
  if (cookie.domain?.value) parts.push(`Domain=${cookie.domain.value}`);
  if (cookie.path?.value) parts.push(`Path=${cookie.path.value}`);
  if (expires !== undefined) parts.push(`Expires=${new Date(Number(expires) * 1000).toUTCString()}`);
  if (cookie.httpOnly?.value) parts.push('HttpOnly');
  if (cookie.secure?.value) parts.push('Secure');
  if (sameSite) parts.push(`SameSite=${sameSite}`);
  return parts.join('; ');
}
