/** Of Node.js, for a full disk and a full quota. */
const CODES = new Set(['ENOSPC', 'EDQUOT']);

const TEXT =
  /\bENOSPC\b|\bEDQUOT\b|no space left on device|(?:disk )?quota exceeded|not enough space on the disk|failed to offload data block/i;

/** What every problem with a full disk asks for. */
export const DISK_FULL_REMEDY =
  'Free some space on that disk, then do the same again: what was stored before is whole. `npm run doctor` shows the free space.';

/** The line of a program's output that says that a disk is full; undefined without one. */
export function diskFullLine(text: string): string | undefined {
  return text
    .split('\n')
    .find((line) => TEXT.test(line))
    ?.trim();
}

/** The message of the error, or of one that caused it, that says by its code that a disk is full; undefined without one. */
export function diskFullMessage(error: unknown): string | undefined {
  for (let current: unknown = error, depth = 0; isObject(current) && depth < MOST_CAUSES; depth += 1) {
    const { code, message, cause, errors } = current;
    if (typeof code === 'string' && CODES.has(code)) return typeof message === 'string' ? message : code;
    current = cause ?? (Array.isArray(errors) ? (errors as unknown[])[0] : undefined);
  }
  return undefined;
}

/** A chain of causes may be a circle. */
const MOST_CAUSES = 10;

interface AnyError {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
}

function isObject(value: unknown): value is AnyError {
  return typeof value === 'object' && value !== null;
}
