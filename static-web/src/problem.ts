import type { Problem as ApiProblem } from '../../lib/problems/problem';
import type { ProblemDetails } from '../../lib/problems/problemDetails';

/** A problem of the API, or one that the page itself detected, such as `API_UNREACHABLE` or `HTTP_502`. */
export interface Problem extends Omit<ApiProblem, 'code' | 'faults'> {
  code: string;
}

/** Thrown by a call of the API that failed. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly problem: Problem,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
    cause?: unknown,
  ) {
    super(problem.message, cause === undefined ? undefined : { cause });
  }
}

/**
 * The problem in an RFC 9457 body. Any other body, such as a proxy's HTML page or an empty answer, becomes a problem
 * with the code `HTTP_<status>`.
 */
export function problemOf(body: unknown, status?: number): Problem {
  const fallbackCode = status === undefined ? 'UNKNOWN' : `HTTP_${status}`;
  if (!isObject(body)) {
    return { code: fallbackCode, message: `The API answered with status ${status ?? 'unknown'} and no explanation.` };
  }
  const details: { [Name in keyof ProblemDetails]?: unknown } = body;
  return {
    code: textOf(details.code) ?? fallbackCode,
    message: textOf(details.detail) ?? textOf(details.title) ?? 'The API gave no explanation.',
    found: textOf(details.found),
    expected: textOf(details.expected),
    where: isObject(details.where) ? details.where : undefined,
    remedy: textOf(details.remedy),
    retryable: typeof details.retryable === 'boolean' ? details.retryable : undefined,
  };
}

/** The problem of any thrown value. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { code: 'PAGE', message: error instanceof Error ? error.message : String(error) };
}

/** True for the error of an AbortController: the user cancelled, nothing went wrong. */
export function isAbort(error: unknown): boolean {
  return isObject(error) && error.name === 'AbortError';
}

/** `file x.csv, line 12, column "title"`, or an empty string. */
export function placeOf(problem: Problem): string {
  const { file, line, byteOffset, column, setting, field } = problem.where ?? {};
  return [
    file && `file ${file}`,
    line !== undefined && `line ${line}`,
    byteOffset !== undefined && `byte ${byteOffset}`,
    column && `column "${column}"`,
    setting && `setting ${setting}`,
    field && `field ${field}`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
