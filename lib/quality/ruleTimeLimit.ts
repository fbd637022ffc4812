import type { DuckDb } from '../duckdb/duckdb';
import { PipelineError, type PipelineErrorOptions } from '../problems/problem';

const INTERRUPT_AGAIN_IN_MILLISECONDS = 500;

/** What a rule is called in problems. */
export interface RuleName {
  name: string;
  where?: PipelineErrorOptions['where'];
}

export interface RuleTimeLimit {
  seconds: number;
  /** Setting that raises the limit. */
  setting?: string;
  /** Ends the evaluation; its reason is thrown. */
  cancelled?: AbortSignal;
}

/**
 * Calls `work`, which evaluates one rule with `duckDb`, and interrupts the engine at the time limit, or when the run is
 * cancelled. Throws QUALITY_RULE_TIMEOUT then, or the reason. For statements of this code: a query of a contract is run by `limitedQueries`, because a single
 * call of a function is interrupted only when it has ended.
 */
export async function withinTimeLimit<T>(
  duckDb: DuckDb,
  rule: RuleName,
  { seconds, setting, cancelled }: RuleTimeLimit,
  work: () => Promise<T>,
): Promise<T> {
  cancelled?.throwIfAborted();
  let isLate = false;
  let repeated: NodeJS.Timeout | undefined;
  // Repeated, because an interruption between two statements of a rule has no effect.
  const interrupt = (): void => {
    isLate = true;
    duckDb.interrupt();
    repeated = setTimeout(interrupt, INTERRUPT_AGAIN_IN_MILLISECONDS);
  };
  const first = setTimeout(interrupt, seconds * 1000);
  cancelled?.addEventListener('abort', interrupt, { once: true });
  let cause: unknown;
  try {
    const result = await work();
    // A rule whose query fails has a result too, so that the interruption may not show as an error.
    if (!isLate) return result;
  } catch (error) {
    if (!isLate) throw error;
    cause = error;
  } finally {
    clearTimeout(first);
    clearTimeout(repeated);
    cancelled?.removeEventListener('abort', interrupt);
  }
  cancelled?.throwIfAborted();
  throw lateRule(rule, { seconds, setting }, cause);
}

export function lateRule(rule: RuleName, { seconds, setting }: RuleTimeLimit, cause?: unknown): PipelineError {
  return new PipelineError('QUALITY_RULE_TIMEOUT', `The rule "${rule.name}" was not evaluated in time.`, {
    expected: `at most ${seconds} s`,
    where: rule.where ?? (setting === undefined ? undefined : { setting }),
    remedy: `Make the rule's query simpler${setting === undefined ? '' : `, or raise ${setting}`}.`,
    cause,
  });
}
