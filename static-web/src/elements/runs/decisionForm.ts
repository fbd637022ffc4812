import type { Api } from '../../api';
import type { Decision, RunGate } from '../../../../lib/api/runs';
import { problemOfError } from '../../problem';
import { button, element, setText } from '../element';
import { showProblem } from '../problemNotice';

const LONGEST_REASON = 1000;

/** The form to approve or reject a blocked run: a reason and two buttons. */
export function decisionForm(
  api: Api,
  id: string,
  onDecided: () => void,
): { node: HTMLElement; show(gate: RunGate | null): void; hide(): void } {
  const reason = element('textarea', {
    id: 'decision-reason',
    name: 'reason',
    rows: 2,
    required: true,
    maxlength: LONGEST_REASON,
  });
  const until = element('p', { class: 'quiet' });
  const outcome = element('div', { class: 'outcome' });
  const approve = button('Approve and commit', { class: 'button', 'data-testid': 'approve-button' }, () =>
    decide('approve'),
  );
  const reject = button('Reject', { class: 'button-quiet', 'data-testid': 'reject-button' }, () => decide('reject'));
  const node = element(
    'form',
    { class: 'panel decision-form', hidden: true, 'aria-label': 'Decide', 'data-testid': 'decision-form' },
    element('h2', {}, 'This run is waiting for your decision'),
    until,
    element('div', { class: 'field' }, element('label', { for: reason.id }, 'Reason (saved with the run)'), reason),
    element('div', { class: 'decision-buttons' }, approve, reject),
    outcome,
  );
  // Enter in a form would press its first button. A decision must be an explicit click.
  node.addEventListener('submit', (event) => event.preventDefault());

  const decide = (decision: Decision) => {
    if (node.reportValidity()) void send(decision);
  };
  const send = async (decision: Decision) => {
    approve.disabled = reject.disabled = true;
    showProblem(outcome, undefined);
    try {
      await api.decideRun(id, { decision, reason: reason.value.trim() });
      reason.value = '';
      onDecided();
    } catch (error) {
      showProblem(outcome, problemOfError(error));
    } finally {
      approve.disabled = reject.disabled = false;
    }
  };
  return {
    node,
    show(gate) {
      const decideBy = gate?.decideBy ?? null;
      const binding = gate?.rules.find(({ passed, isBinding }) => !passed && isBinding === true);
      approve.hidden = binding !== undefined;
      setText(
        until,
        `${binding === undefined ? '' : `This run cannot be approved, because the stores rely on the rule “${binding.rule}”. `}Nothing is committed yet.${decideBy === null ? '' : ` Without a decision, the run is rejected on ${moment(decideBy)}.`}`,
      );
      node.hidden = false;
    },
    hide() {
      node.hidden = true;
    },
  };
}

function moment(timestamp: string): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime())
    ? timestamp
    : date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
