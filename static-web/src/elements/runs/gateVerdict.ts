import type { RunGate } from '../../../../lib/api/runs';
import { formatAgo, formatCounted } from '../../formatting';
import { element } from '../element';
import { isolated } from '../isolated';

/** The quality gate's rules with the observed values, and the decision on a blocked run. */
export function gateVerdict(gate: RunGate): HTMLElement[] {
  const rules = [...gate.rules].sort((one, other) => Number(one.passed) - Number(other.passed));
  return [
    element('h2', {}, 'Quality gate'),
    element(
      'ul',
      { class: 'rules', 'data-testid': 'gate', 'data-passed': String(gate.passed) },
      ...rules.map(({ rule, severity, observed, expected, passed }) => {
        const outcome = passed ? 'passed' : severity === 'warning' ? 'warning' : 'failed';
        return element(
          'li',
          { class: 'rule', 'data-testid': 'gate-rule', 'data-outcome': outcome },
          element('span', { class: 'rule-outcome' }, outcome),
          element('span', { class: 'rule-name' }, isolated(rule)),
          element('span', { class: 'rule-facts' }, isolated(`${observed}`), ' · expected ', isolated(`${expected}`)),
        );
      }),
    ),
    ...omissionOf(gate),
    ...decisionOf(gate),
  ];
}

function omissionOf({ omitted }: RunGate): HTMLElement[] {
  if (!omitted) return [];
  const text = `${formatCounted(omitted.passed, 'passed rule')} and ${formatCounted(omitted.failed, 'failed rule')} more.`;
  return [element('p', { class: 'quiet' }, text)];
}

function decisionOf({ decision }: RunGate): HTMLElement[] {
  if (!decision) return [];
  const word = decision.decision === 'approve' ? 'Approved' : 'Rejected';
  const how = decision.decidedBy === 'time-out' ? ' by time-out' : '';
  return [
    element(
      'p',
      { class: 'decision', 'data-testid': 'decision', 'data-decision': decision.decision },
      element('strong', {}, `${word}${how}`),
      `, ${formatAgo(decision.decidedAt, new Date())}: `,
      isolated(decision.reason),
    ),
  ];
}
