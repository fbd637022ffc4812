import { codeEntry, type ProblemCode } from './codes';
import { DISK_FULL_REMEDY, diskFullMessage } from './diskFull';
import { withoutUserInfo } from './withoutUserInfo';
import { describeProblem } from './describeProblem';

/**
 * A failure as data. It answers four questions: which stable code, what was found and expected (and where), whether a retry
 * helps, and what to do next.
 */
export interface Problem {
  /** Callers branch on this, never on the message. */
  code: ProblemCode;
  /** What happened this time. The title in the table of codes is the same for all occurrences. */
  message: string;
  found?: string;
  expected?: string;
  /** File, line (1-based physical line), column, setting or field of the problem. */
  where?: { file?: string; line?: number; column?: string; byteOffset?: number; setting?: string; field?: string };
  /** What the reader should do next. */
  remedy?: string;
  /** Each fault, when several were found in one reading. */
  faults?: Problem[];
  /** True when the same call may succeed later without a change by the caller. */
  retryable?: boolean;
}

export interface PipelineErrorOptions extends Pick<Problem, 'found' | 'expected' | 'where' | 'remedy'> {
  cause?: unknown;
}

/** The only error class for failures that the app itself detects. */
export class PipelineError extends Error implements Problem {
  override readonly name = 'PipelineError';
  readonly found?: string;
  readonly expected?: string;
  readonly where?: Problem['where'];
  readonly remedy?: string;
  readonly retryable: boolean;
  /** HTTP status of an answer that carries the error. */
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    message: string,
    options: PipelineErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.found = options.found;
    this.expected = options.expected;
    this.where = options.where;
    this.remedy = options.remedy;
    ({ retryable: this.retryable, status: this.status } = codeEntry(code));
  }
}

/** Several faults found in one reading, reported together so that the reader can correct them in one go. */
export class FaultList extends PipelineError {
  constructor(
    code: ProblemCode,
    message: string,
    readonly faults: Problem[],
    options: PipelineErrorOptions = {},
  ) {
    super(code, `${message}\n${faults.map((fault) => `  - ${describeProblem(fault)}`).join('\n')}`, options);
  }
}

/**
 * The problem of any thrown value. Values other than a PipelineError have the code INTERNAL. An error that a full disk has
 * caused has the code DISK_FULL, whatever failed because of it.
 */
export function toProblem(error: unknown): Problem {
  const full = error instanceof PipelineError && error.code === 'DISK_FULL' ? undefined : diskFullMessage(error);
  if (full !== undefined) {
    return {
      code: 'DISK_FULL',
      message: 'A disk of this machine is full.',
      found: withoutUserInfo(full),
      ...(error instanceof PipelineError && error.where ? { where: error.where } : {}),
      remedy: DISK_FULL_REMEDY,
      retryable: true,
    };
  }
  if (error instanceof PipelineError) {
    return dropUndefined({
      code: error.code,
      message: withoutUserInfo(error.message),
      found: error.found && withoutUserInfo(error.found),
      expected: error.expected && withoutUserInfo(error.expected),
      where: error.where,
      remedy: error.remedy && withoutUserInfo(error.remedy),
      faults: error instanceof FaultList ? error.faults : undefined,
      retryable: error.retryable,
    });
  }
  return { code: 'INTERNAL', message: withoutUserInfo(error instanceof Error ? error.message : String(error)) };
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
