import type { HttpRequest } from '@azure/functions';
import { hasRole, type Caller, type Role } from '../../lib/access/caller';
import { PipelineError } from '../../lib/problems/problem';
import type { App } from '../../lib/app';

/**
 * The caller of a request, when the caller may make it; undefined only where `role` is `anyone` and there is no identity.
 * Throws ORIGIN_REFUSED (403), UNAUTHENTICATED or TOKEN_INVALID (401), ROLE_MISSING (403), IDENTITY_UNAVAILABLE (503).
 */
export async function checkAccess(
  { identify, allowedOrigins }: Pick<App, 'identify' | 'allowedOrigins'>,
  request: HttpRequest,
  role: 'anyone' | Role,
): Promise<Caller | undefined> {
  refuseOtherSites(request, allowedOrigins);
  const caller = await identify(request.headers);
  if (role === 'anyone') return caller;
  if (!caller) {
    throw new PipelineError('UNAUTHENTICATED', 'The request has no identity.', {
      expected: 'a signed-in caller or a valid access token',
      remedy:
        'Sign in, or send an access token as a bearer token. On a local platform, open the address that `npm start` prints, or send the token in .local/token.',
    });
  }
  if (!hasRole(caller, role)) {
    throw new PipelineError('ROLE_MISSING', `${caller.name} may not make this call.`, {
      found: caller.roles.length === 0 ? 'no role' : `the roles ${caller.roles.join(', ')}`,
      expected: `the role ${role}`,
      remedy: 'Ask an administrator for the role.',
    });
  }
  return caller;
}

/**
 * A browser sends its user's cookies along with whatever a page of another site asks it to send, and says so in `Origin` and
 * `Sec-Fetch-Site`. Programs send neither.
 */
function refuseOtherSites({ headers }: HttpRequest, allowedOrigins: readonly string[]): void {
  const origin = headers.get('origin');
  if (origin !== null && allowedOrigins.includes(origin)) return;
  const isForeign = origin !== null && !isOwn(origin, [headers.get('host'), headers.get('x-forwarded-host')]);
  if (!isForeign && headers.get('sec-fetch-site') !== 'cross-site') return;
  throw new PipelineError('ORIGIN_REFUSED', 'The request comes from a web page of another site.', {
    found: (origin ?? 'a request that the browser marks as cross-site').slice(0, 200),
    expected: 'a page of the same origin as the API, or one of ALLOWED_ORIGINS',
    remedy: 'Open the page from the address of the API, or add its origin to ALLOWED_ORIGINS.',
  });
}

function isOwn(origin: string, hosts: (string | null)[]): boolean {
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
