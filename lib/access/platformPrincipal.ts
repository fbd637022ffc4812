import { PipelineError } from '../problems/problem';
import { splitRoles, type Caller } from './caller';
import type { Identify } from './identity';

const HEADER = 'x-ms-client-principal';

/**
 * The caller that Azure's sign-in puts into `x-ms-client-principal` (base64 of JSON), in the form of Static Web Apps
 * (`userRoles`) or of App Service (`claims`). Anyone can send this header, so use it only where the platform replaces it.
 * @param everyoneSignedIn roles that each signed-in person has without being given them.
 */
export function platformPrincipal(everyoneSignedIn: Caller['roles']): Identify {
  return async (headers) => {
    const text = headers.get(HEADER);
    if (text === null) return undefined;
    const principal = parse(text);
    const caller = principal && (callerOfStaticWebApps(principal) ?? callerOfAppService(principal));
    if (!caller) throw unreadable();
    if (caller === 'anonymous') return undefined;
    return { ...caller, roles: [...new Set([...caller.roles, ...everyoneSignedIn])] };
  };
}

type Principal = Record<string, unknown>;

function parse(text: string): Principal | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Principal) : undefined;
  } catch {
    return undefined;
  }
}

/** `{identityProvider, userId, userDetails, userRoles}`; `userRoles` has `anonymous` for all, `authenticated` when signed in. */
function callerOfStaticWebApps({ userId, userDetails, userRoles }: Principal): Caller | 'anonymous' | undefined {
  if (!isTexts(userRoles)) return undefined;
  if (typeof userId !== 'string' || userId === '' || !userRoles.includes('authenticated')) return 'anonymous';
  const { roles, groups } = splitRoles(userRoles.filter((role) => role !== 'anonymous' && role !== 'authenticated'));
  const name = typeof userDetails === 'string' && userDetails !== '' ? userDetails : userId;
  return { id: userId, name, kind: 'person', roles, groups };
}

const ID_CLAIMS = [
  'http://schemas.microsoft.com/identity/claims/objectidentifier',
  'oid',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  'sub',
];
const NAME_CLAIMS = ['preferred_username', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name', 'name'];
const ROLE_CLAIMS = ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'];

/** `{auth_typ, name_typ, role_typ, claims: [{typ, val}]}`. */
function callerOfAppService({ claims, name_typ: nameType, role_typ: roleType }: Principal): Caller | undefined {
  if (!Array.isArray(claims)) return undefined;
  const values = (types: unknown[]): string[] =>
    types.flatMap((type) =>
      (claims as Partial<Record<'typ' | 'val', unknown>>[]).flatMap((claim) =>
        claim?.typ === type && typeof claim.val === 'string' ? [claim.val] : [],
      ),
    );
  const [id] = values(ID_CLAIMS);
  if (id === undefined) return undefined;
  const [name = id] = values([...NAME_CLAIMS, nameType]);
  const { roles, groups } = splitRoles([...new Set(values([...ROLE_CLAIMS, roleType]))]);
  const isApplication = values(['idtyp']).includes('app');
  return {
    id,
    name,
    kind: isApplication ? 'application' : 'person',
    roles,
    groups: [...groups, ...values(['groups'])],
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function unreadable(): PipelineError {
  return new PipelineError('TOKEN_INVALID', `The header ${HEADER} cannot be read.`, {
    expected: 'the principal as Static Web Apps or App Service writes it: base64 of JSON',
    remedy: 'Sign in again.',
  });
}
