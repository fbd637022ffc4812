import { isSameName, nearestName } from '../../problems/nearestName';
import type { ContractFault } from './contractFault';
import { ROLE_NAMES } from './contractShape';

interface CustomProperty {
  property?: unknown;
  value?: unknown;
}

/**
 * Custom properties that resemble a known one. The standard allows any name, so that another tool may own one; but
 * `Role: access` without effect would open a dataset. A name that differs in case or separators alone, and a similar name with
 * the name of a role as value, is a fault. Another similar name is a remark.
 */
export function misspeltProperties(
  custom: readonly CustomProperty[],
  known: readonly string[],
  path: PropertyKey[],
  { faults, remarks }: { faults: ContractFault[]; remarks: string[] },
): void {
  custom.forEach(({ property, value }, position) => {
    if (typeof property !== 'string' || known.includes(property)) return;
    const nearest = nearestName(property, known);
    if (nearest === undefined) return;
    const namesRole = nearest === 'role' && ROLE_NAMES.some((role) => role === value);
    if (isSameName(property, nearest) || namesRole) {
      faults.push({
        path: [...path, position, 'property'],
        message: 'This custom property has no effect; its name is like that of one that has.',
        found: property,
        expected: `${nearest}, or a name that is not similar`,
      });
    } else {
      remarks.push(`The custom property ${property} has no effect; did you mean ${nearest}?`);
    }
  });
}
