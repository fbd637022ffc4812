import type { Caller } from './caller';
import { entraToken, type EntraAccess } from './entraToken';
import { anonymous, firstOf, type Identify } from './identity';
import { localToken } from './localToken';
import { platformPrincipal } from './platformPrincipal';

/** How callers are known. With none of the ways, nobody is known. */
export interface AccessConfig {
  /** The header of Azure's sign-in is trusted. */
  trustsPlatform: boolean;
  entra?: EntraAccess;
  local?: { token: string; user: string };
  /** Roles of every signed-in person. */
  signedInRoles: Caller['roles'];
  /** Roles of a caller without an identity; undefined: such a caller is refused. */
  anonymousRoles?: Caller['roles'];
  /** Members of this group may read every document. */
  allDocumentsGroup?: string;
  /** Origins of other web pages that may call the API. */
  allowedOrigins: readonly string[];
}

/** The ways that the settings name, in a fixed order; a token that the caller sends comes before what the platform says. */
export function createIdentity(access: AccessConfig): Identify {
  const identify = firstOf(waysOf(access));
  const { allDocumentsGroup } = access;
  return async (headers) => {
    const caller = await identify(headers);
    if (!caller || caller.groups === 'everything' || allDocumentsGroup === undefined) return caller;
    return caller.groups.includes(allDocumentsGroup) ? { ...caller, groups: 'everything' } : caller;
  };
}

function waysOf(access: AccessConfig): Identify[] {
  return [
    ...(access.local ? [localToken(access.local)] : []),
    ...(access.entra ? [entraToken(access.entra)] : []),
    ...(access.trustsPlatform ? [platformPrincipal(access.signedInRoles)] : []),
    ...(access.anonymousRoles ? [anonymous(access.anonymousRoles)] : []),
  ];
}
