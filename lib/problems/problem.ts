/**
 * One error class for everything that the app itself refuses or finds broken. It answers four questions: which stable
 * code, what was found and expected (and where), will a retry help, and what to do next.
 */
export interface Problem {
  /** Stable, upper snake case, e.g. `CSV_HEADER_MISSING_COLUMN`. Callers branch on this, never on the message. */
  code: string;
  message: string;
  found?: string;
  expected?: string;
  /** File, line (1-based physical line), column, setting or field that the problem is about. */
  where?: { file?: string; line?: number; column?: string; byteOffset?: number; setting?: string; field?: string };
  /** What the reader should do next. */
  remedy?: string;
  /** Each fault, when several were found in one reading. */
  faults?: Problem[];
  /** True when the same call may succeed later with nothing changed by the caller. */
  retryable?: boolean;
}

export interface PipelineErrorOptions extends Omit<Problem, 'code' | 'message' | 'faults'> {
  /** HTTP status when the error reaches an HTTP door. Default 500, or 503 when retryable. */
  status?: number;
  cause?: unknown;
}

export class PipelineError extends Error implements Problem {
  override readonly name = 'PipelineError';
  readonly found?: string;
  readonly expected?: string;
  readonly where?: Problem['where'];
  readonly remedy?: string;
  readonly retryable: boolean;
  readonly status: number;

  constructor(
    readonly code: string,
    message: string,
    options: PipelineErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.found = options.found;
    this.expected = options.expected;
    this.where = options.where;
    this.remedy = options.remedy;
    this.retryable = options.retryable ?? false;
    this.status = options.status ?? (this.retryable ? 503 : 500);
  }
}

/** Several faults found in one reading, reported together so that the reader mends them in one go. */
export class FaultList extends PipelineError {
  constructor(
    code: string,
    message: string,
    readonly faults: Problem[],
    options: PipelineErrorOptions = {},
  ) {
    super(code, `${message}\n${faults.map((fault) => `  - ${describeProblem(fault)}`).join('\n')}`, options);
  }
}

/** The plain-data form of any thrown value: small enough for orchestration history, complete enough for a person. */
export function toProblem(error: unknown): Problem {
  if (error instanceof PipelineError) {
    return dropUndefined({
      code: error.code,
      message: error.message,
      found: error.found,
      expected: error.expected,
      where: error.where,
      remedy: error.remedy,
      faults: error instanceof FaultList ? error.faults : undefined,
      retryable: error.retryable,
    });
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

/** One line for a terminal or a log: code, where, message, found, expected, remedy. */
export function describeProblem(problem: Problem): string {
  const { file, line, column, byteOffset, setting, field } = problem.where ?? {};
  const place = [
    file,
    line === undefined ? undefined : `line ${line}`,
    byteOffset === undefined ? undefined : `byte ${byteOffset}`,
    column === undefined ? undefined : `column "${column}"`,
    setting,
    field,
  ].filter((part) => part !== undefined);
  return [
    `${problem.code}${place.length > 0 ? ` (${place.join(', ')})` : ''}: ${problem.message}`,
    problem.found === undefined ? undefined : `found ${problem.found}`,
    problem.expected === undefined ? undefined : `expected ${problem.expected}`,
    problem.remedy,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
