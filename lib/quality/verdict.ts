import type { Severity } from '../contract/qualityRule';

/** What the gate says of one run. Plain and small: it travels through the run's history. */
export interface Verdict {
  /** No rule of severity error failed. */
  passed: boolean;
  rules: VerdictRule[];
  /** Rules that are left out of the list, the passed ones first, to keep it small. */
  omitted?: { passed: number; failed: number };
}

export interface VerdictRule {
  rule: string;
  severity: Severity;
  expected: string;
  observed: string;
  passed: boolean;
}

/** Characters. */
const LONGEST_OBSERVATION = 300;
const LONGEST_NAME = 120;
/** Bytes of a verdict as JSON: with what goes around it under the 4 KB that a step's result may take. */
const LARGEST_VERDICT = 3600;

export function verdictOf(all: VerdictRule[]): Verdict {
  const rules = all.map((rule) => ({
    ...rule,
    rule: cut(rule.rule, LONGEST_NAME),
    expected: cut(rule.expected, LONGEST_NAME),
    observed: cut(rule.observed, LONGEST_OBSERVATION),
  }));
  const passed = all.every((rule) => rule.passed || rule.severity === 'warning');
  const kept = new Set<VerdictRule>();
  let room = LARGEST_VERDICT - 100;
  for (const rule of [...rules].sort((one, other) => weight(other) - weight(one))) {
    room -= Buffer.byteLength(JSON.stringify(rule)) + 1;
    if (room < 0) break;
    kept.add(rule);
  }
  const left = rules.filter((rule) => !kept.has(rule));
  const omitted = {
    passed: left.filter((rule) => rule.passed).length,
    failed: left.filter((rule) => !rule.passed).length,
  };
  return { passed, rules: rules.filter((rule) => kept.has(rule)), ...(left.length === 0 ? {} : { omitted }) };
}

/** What closes the gate is told first, what passed last. */
function weight({ passed, severity }: VerdictRule): number {
  if (passed) return 0;
  return severity === 'error' ? 2 : 1;
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 4)} ...` : text;
}
