/** The verdict on one execution, and the decision after the gate closed. */
export interface RunGate {
  passed: boolean;
  /** Every rule, passed or failed, with the observed value. */
  rules: GateRule[];
  /** Rules that are left out of a very long list. */
  omitted: { passed: number; failed: number } | null;
  evaluatedAt: string;
  /** End of the wait for a decision; null when the gate opened, or when a closed gate ends the run at once. */
  decideBy: string | null;
  decision: RunDecision | null;
}

/** A rule of the verdict. */
export interface GateRule {
  rule: string;
  /** A failed rule of severity warning does not close the gate. */
  severity: 'error' | 'warning';
  expected: string;
  observed: string;
  passed: boolean;
  /** The stores rely on the rule: when it fails, the run cannot be approved. */
  isBinding?: boolean;
}

export type Decision = 'approve' | 'reject';

export interface RunDecision {
  decision: Decision;
  /** Name of the caller who decided; `time-out` when nobody did. */
  decidedBy: string;
  reason: string;
  decidedAt: string;
}
