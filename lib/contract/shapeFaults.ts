import type { z } from 'zod';
import type { ContractFault } from './contractFault';

/** The faults of a shape, below `path`. */
export function shapeFaults(error: z.ZodError, path: PropertyKey[] = []): ContractFault[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...path, ...issue.path, key],
          message: `"${key}" is not supported; remove it, or the promise it makes would go unchecked.`,
        }))
      : [{ path: [...path, ...issue.path], message: issue.message }],
  );
}
