import type { z } from 'zod';
import type { ContractFault } from './contractFault';
import { fieldsOf } from '../standard/shapes';

const UNCHECKED = 'is not supported. Remove it: the pipeline would not check what it promises.';
const UNKNOWN = 'is not a field of the standard in this place. Correct or remove it.';
/** Characters of a value that are shown. */
const LONGEST_FOUND = 100;

/** The faults of `value`, which is at `path`, against a shape of ours. */
export function shapeFaults(error: z.ZodError, value: unknown, path: PropertyKey[] = []): ContractFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue, UNCHECKED, value, path));
}

/** The faults of a contract against the standard. */
export function standardFaults(error: z.ZodError, content: unknown): ContractFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue, UNKNOWN, content, []));
}

/**
 * Merges the faults of two readings of one contract. When both have a fault in the same place, the one that says what is
 * expected is kept, else the first.
 */
export function mergeFaults(first: ContractFault[], second: ContractFault[]): ContractFault[] {
  const firstPlaces = new Set(first.map(placeOf));
  const explainedPlaces = new Set(second.filter(({ expected }) => expected !== undefined).map(placeOf));
  return [
    ...first.filter((fault) => !explainedPlaces.has(placeOf(fault))),
    ...second.filter((fault) => !firstPlaces.has(placeOf(fault)) || explainedPlaces.has(placeOf(fault))),
  ];
}

function placeOf({ path }: ContractFault): string {
  return JSON.stringify(path);
}

function faultsOf(issue: z.core.$ZodIssue, unknownKey: string, value: unknown, path: PropertyKey[]): ContractFault[] {
  const place = [...path, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...place, key], message: `"${key}" ${unknownKey}` }));
  }
  return [{ path: place, message: issue.message, ...foundIn(value, issue.path) }];
}

/** Shows a single value. For lists and objects the message already names the type. */
function foundIn(value: unknown, path: PropertyKey[]): { found?: string } {
  const found = path.reduce<unknown>((part, key) => fieldsOf(part)[String(key)], value);
  if (found === undefined || (typeof found === 'object' && found !== null)) return {};
  return { found: (typeof found === 'number' ? String(found) : JSON.stringify(found)).slice(0, LONGEST_FOUND) };
}
