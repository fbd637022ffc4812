import { codeEntry } from '../problems/codes';
import type { Problem } from '../problems/problem';
import type { RunGate } from './gate';
import type { Run } from './run';

const HIDDEN = 'not shown: the dataset limits who may read its documents';

/** The run without texts that may quote values of its documents: what the rules observed, and the details of its error. */
export function withoutValues<Of extends Run & { gate?: RunGate | null }>(run: Of): Of {
  const { error, gate } = run;
  return {
    ...run,
    error: error && withoutDetails(error),
    ...(gate ? { gate: { ...gate, rules: gate.rules.map((rule) => ({ ...rule, observed: HIDDEN })) } } : {}),
  };
}

function withoutDetails({ code, retryable }: Problem): Problem {
  return { code, message: codeEntry(code).title, found: HIDDEN, retryable };
}
