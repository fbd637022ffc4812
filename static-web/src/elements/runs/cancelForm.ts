import type { Api } from '../../api';
import type { RunDetail } from '../../../../lib/api/runs';
import { problemOfError } from '../../problem';
import { hasEnded } from '../../runProgress';
import { button, element, setText } from '../element';
import { showProblem } from '../problemNotice';

const LONGEST_REASON = 1000;

/** Ends a run: a button that opens a form for the reason. While the run ends, it shows who asked for it. */
export function cancelForm(
  api: Api,
  id: string,
  onAccepted: () => void,
): { button: HTMLElement; node: HTMLElement; show(run: RunDetail): void } {
  const reason = element('textarea', {
    id: 'cancel-reason',
    name: 'reason',
    rows: 2,
    required: true,
    maxlength: LONGEST_REASON,
  });
  const outcome = element('div', { class: 'outcome' });
  const confirm = button('End this run', { class: 'button', 'data-testid': 'confirm-cancel-button' }, () => {
    if (form.reportValidity()) void send();
  });
  const form = element(
    'form',
    { class: 'panel decision-form', hidden: true, 'aria-label': 'Cancel', 'data-testid': 'cancel-form' },
    element('h2', {}, 'Cancel this run'),
    element(
      'p',
      { class: 'quiet' },
      'Before the commit nothing changes. After it, the next run of this date completes what is missing in SQL and in the search index.',
    ),
    element('div', { class: 'field' }, element('label', { for: reason.id }, 'Reason (saved with the run)'), reason),
    element('div', { class: 'decision-buttons' }, confirm),
    outcome,
  );
  const notice = element('p', { class: 'quiet', role: 'status', hidden: true, 'data-testid': 'cancel-notice' });
  form.addEventListener('submit', (event) => event.preventDefault());
  const open = button('Cancel run', { class: 'button-quiet', hidden: true, 'data-testid': 'cancel-button' }, () => {
    form.hidden = !form.hidden;
    if (!form.hidden) reason.focus();
  });

  const send = async () => {
    confirm.disabled = true;
    showProblem(outcome, undefined);
    try {
      await api.cancelRun(id, { reason: reason.value.trim() });
      reason.value = '';
      form.hidden = true;
      onAccepted();
    } catch (error) {
      showProblem(outcome, problemOfError(error));
    } finally {
      confirm.disabled = false;
    }
  };
  return {
    button: open,
    node: element('div', {}, notice, form),
    show(run) {
      const { cancellation } = run;
      const isOver = hasEnded(run);
      open.hidden = isOver || cancellation !== null;
      if (open.hidden) form.hidden = true;
      notice.hidden = isOver || cancellation === null;
      setText(
        notice,
        cancellation === null
          ? ''
          : `The run is ending: ${cancellation.cancelledBy} asked for it (${cancellation.reason}).`,
      );
    },
  };
}
