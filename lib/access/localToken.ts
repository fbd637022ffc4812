import { PipelineError } from '../problems/problem';
import { bearerToken } from './bearerToken';
import { ROLES, splitRoles, type Caller } from './caller';
import type { Identify, RequestHeaders } from './identity';
import { isSameSecret } from './isSameSecret';

/** The cookie with the token of a local platform. Browsers send cookies to every port of a host, so the port is in its name. */
export const localTokenCookie = (port: number | string): string => `pipeline-x-token-${port}`;
/** Narrows what the owner of a local platform may do, to try a role: `reader`, `operator`, `approver`, several with a comma. */
const LOCAL_ROLES = 'x-local-roles';
/** Narrows what the owner of a local platform may read, to try a group: names with a comma between them. */
const LOCAL_GROUPS = 'x-local-groups';

/**
 * The owner of a local platform: whoever has the token that its start made. The owner has all roles and reads everything, or
 * less as the headers or cookies `x-local-roles` and `x-local-groups` say.
 */
export function localToken({ token, user }: { token: string; user: string }): Identify {
  return async (headers) => {
    const cookies = cookiesOf(headers);
    const bearer = bearerToken(headers);
    const fromCookies = [...cookies]
      .filter(([name]) => name.startsWith(localTokenCookie('')))
      .map(([, value]) => value);
    const given = bearer === undefined ? fromCookies : [bearer];
    if (given.length === 0) return undefined;
    if (!given.some((one) => isSameSecret(one, token))) throw wrongToken();
    // The page empties its cookies to show everything again. A header that is sent and names nothing allows nothing.
    const narrowed = (name: string): string[] | undefined => listOf(headers.get(name) ?? (cookies.get(name) || null));
    const roles = narrowed(LOCAL_ROLES);
    return {
      id: user,
      name: user,
      kind: 'local',
      roles: roles ? splitRoles(roles).roles : ROLES,
      groups: narrowed(LOCAL_GROUPS) ?? 'everything',
    } satisfies Caller;
  };
}

/** Cookies by name. A value that is not valid percent encoding is left as it is. */
function cookiesOf(headers: RequestHeaders): Map<string, string> {
  const pairs = (headers.get('cookie') ?? '').split(';').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    if (at < 0) return [];
    const value = pair.slice(at + 1).trim();
    try {
      return [[pair.slice(0, at).trim(), decodeURIComponent(value)]];
    } catch {
      return [[pair.slice(0, at).trim(), value]];
    }
  });
  return new Map(pairs);
}

function listOf(text: string | null): string[] | undefined {
  if (text === null) return undefined;
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function wrongToken(): PipelineError {
  return new PipelineError('TOKEN_INVALID', 'The token is not that of this local platform.', {
    remedy: 'Open the address that `npm start` prints, or send the token in .local/token as a bearer token.',
  });
}
