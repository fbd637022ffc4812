import type { Caller, Role } from './caller';

/** The headers of a request, by lower-case name. */
export interface RequestHeaders {
  get(name: string): string | null;
}

/**
 * One way to know a caller. Returns undefined when the request carries nothing of its kind, so that the next one is asked.
 * Throws TOKEN_INVALID (401) for what it carries and cannot be trusted: such a caller is not anonymous.
 */
export type Identify = (headers: RequestHeaders) => Promise<Caller | undefined>;

/** The caller that the first of `ways` knows. */
export function firstOf(ways: readonly Identify[]): Identify {
  return async (headers) => {
    for (const identify of ways) {
      const caller = await identify(headers);
      if (caller) return caller;
    }
    return undefined;
  };
}

/** A caller without an identity, where the settings allow it. */
export function anonymous(roles: readonly Role[]): Identify {
  return async () => ({ id: 'anonymous', name: 'anonymous', kind: 'anonymous', roles, groups: [] });
}
