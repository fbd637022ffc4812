import type { z } from 'zod';
import type { ContractFault } from './contractFault';
import { fieldsOf } from '../standard/shapes';

const UNCHECKED = 'is not supported; remove it, or the promise it makes would go unchecked.';
const UNKNOWN = 'is not a field of the standard in this place; correct or remove it.';
/** Characters of a value that are shown. */
const LONGEST_FOUND = 100;

/** The faults of a shape of ours that `value` has, which stands at `path`. */
export function shapeFaults(error: z.ZodError, value: unknown, path: PropertyKey[] = []): ContractFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue, UNCHECKED, value, path));
}

/** The faults that the standard itself finds in a contract. */
export function standardFaults(error: z.ZodError, content: unknown): ContractFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue, UNKNOWN, content, []));
}

/**
 * The faults of two readings of one contract. Where both have one in the same place, the one that says what is expected
 * stays, else the first.
 */
export function mergeFaults(first: ContractFault[], second: ContractFault[]): ContractFault[] {
  const told = new Set(first.map(placeOf));
  const toldBetter = new Set(second.filter(({ expected }) => expected !== undefined).map(placeOf));
  return [
    ...first.filter((fault) => !toldBetter.has(placeOf(fault))),
    ...second.filter((fault) => !told.has(placeOf(fault)) || toldBetter.has(placeOf(fault))),
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

/** A single value is shown; of lists and objects the message tells the kind. */
function foundIn(value: unknown, path: PropertyKey[]): { found?: string } {
  const found = path.reduce<unknown>((part, key) => fieldsOf(part)[String(key)], value);
  if (found === undefined || (typeof found === 'object' && found !== null)) return {};
  return { found: (typeof found === 'number' ? String(found) : JSON.stringify(found)).slice(0, LONGEST_FOUND) };
}
