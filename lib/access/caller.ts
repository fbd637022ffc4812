/** What a caller may do. An operator or approver may also do what a reader may; neither may do the other's work. */
export const ROLES = ['reader', 'operator', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/** Who sends a request. */
export interface Caller {
  /** Stable and unique within its kind: the object id of a person, for example. */
  id: string;
  /** As people know the caller: in audit records, and as the one who started or decided. */
  name: string;
  kind: 'person' | 'application' | 'local' | 'anonymous';
  roles: readonly Role[];
  /** By which documents are filtered; `everything` for who may read all: the owner of a local platform, for example. */
  groups: readonly string[] | 'everything';
}

/**
 * Splits `names` into roles and groups; a name that is not a role is a group, because identity services with custom roles
 * only have one list.
 */
export function splitRoles(names: readonly string[]): { roles: Role[]; groups: string[] } {
  const roles = new Set<Role>();
  const groups = new Set<string>();
  for (const name of names) {
    const role = ROLES.find((one) => one === name.toLowerCase());
    if (role) roles.add(role);
    else groups.add(name);
  }
  return { roles: [...roles], groups: [...groups] };
}

/** True when the caller's roles include `role`; every role includes reader. */
export function hasRole({ roles }: Pick<Caller, 'roles'>, role: Role): boolean {
  return roles.includes(role) || (role === 'reader' && roles.length > 0);
}
