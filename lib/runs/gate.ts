/** What the quality gate said of one execution, and what was decided when it had closed. */
export interface RunGate {
  passed: boolean;
  /** Every rule with what was observed, passed or not. */
  rules: GateRule[];
  /** Rules that are left out of a very long list. */
  omitted: { passed: number; failed: number } | null;
  evaluatedAt: string;
  /** Until when a decision is waited for; null when the gate opened, or when a closed gate ends the run at once. */
  decideBy: string | null;
  decision: RunDecision | null;
}

/** A rule of the verdict. */
export interface GateRule {
  rule: string;
  /** A failed rule that only warns closes nothing. */
  severity: 'error' | 'warning';
  expected: string;
  observed: string;
  passed: boolean;
}

export type Decision = 'approve' | 'reject';

export interface RunDecision {
  decision: Decision;
  /** `api`: somebody who called it (it asks for no name). `time-out`: nobody did. */
  decidedBy: 'api' | 'time-out';
  reason: string;
  decidedAt: string;
}
