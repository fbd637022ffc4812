import type { Severity } from '../contract/qualityRule';

/** The verdict on one run. Small, because it is part of the orchestration's history. */
export interface Verdict {
  /** True when no rule of severity error failed. */
  passed: boolean;
  rules: VerdictRule[];
  /** Number of rules left out to keep the verdict small; passed ones are left out first. */
  omitted?: { passed: number; failed: number };
}

export interface VerdictRule {
  rule: string;
  severity: Severity;
  expected: string;
  observed: string;
  passed: boolean;
  /** The stores rely on it: when it fails, nobody can approve the run. */
  isBinding?: true;
}

/** Characters. */
const LONGEST_OBSERVATION = 300;
const LONGEST_NAME = 120;
/** Bytes of a verdict as JSON. The rest of the step's result must fit into the remainder of 4 KB. */
const LARGEST_VERDICT = 3600;

export function verdictOf(all: VerdictRule[]): Verdict {
  const rules = all.map((rule) => ({
    ...rule,
    rule: truncate(rule.rule, LONGEST_NAME),
    expected: truncate(rule.expected, LONGEST_NAME),
    observed: truncate(rule.observed, LONGEST_OBSERVATION),
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

/** Rules that nobody can approve come first, then those that close the gate, passed rules last. */
function weight({ passed, severity, isBinding }: VerdictRule): number {
  if (passed) return 0;
  if (isBinding) return 3;
  return severity === 'error' ? 2 : 1;
}

function truncate(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 4)} ...` : text;
}
