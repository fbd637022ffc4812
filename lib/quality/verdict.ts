/** What the gate says of one run. Plain and small: it travels through the run's history. */
export interface Verdict {
  passed: boolean;
  rules: VerdictRule[];
}

export interface VerdictRule {
  rule: string;
  expected: string;
  observed: string;
  passed: boolean;
}

/** Characters of an observation. */
const LONGEST_OBSERVATION = 300;

export function verdictOf(rules: VerdictRule[]): Verdict {
  return {
    passed: rules.every((rule) => rule.passed),
    rules: rules.map((rule) => ({ ...rule, observed: rule.observed.slice(0, LONGEST_OBSERVATION) })),
  };
}
