import type { Api } from '../api';
import type { Run } from '../apiTypes';
import { documentAttention } from '../documentAttention';
import { button, element, setText } from '../elements/element';
import { showProblem } from '../elements/problemNotice';
import { runStatusBadge } from '../elements/runStatusBadge';
import { runTotals } from '../elements/runTotals';
import { stepRow } from '../elements/stepRow';
import { formatDate, formatSeconds } from '../formatting';
import { poll } from '../polling';
import { problemOfError } from '../problem';
import { isActive, pollDelayAfter } from '../runProgress';
import type { Page } from './page';

/** One run, live: a bar for each step, then what it left in each store. */
export function runPage(api: Api, id: string): Page {
  const heading = element('h1', { tabindex: -1 }, id);
  const badge = runStatusBadge();
  const times = element('span', { class: 'quiet' });
  // Says a change of status once; the badge and bars beside it change silently.
  const announcement = element('p', { class: 'visually-hidden', role: 'status' });
  const message = element('div', { class: 'outcome' });
  const steps = element('ol', { class: 'steps', 'aria-label': 'Steps' });
  const rows = new Map<string, ReturnType<typeof stepRow>>();
  const totals = element('section', { class: 'totals' });
  const again = button(
    'Run again',
    { class: 'button-quiet', hidden: true, 'data-testid': 'run-again-button' },
    () => void startAgain(),
  );
  let shown: Run | undefined;

  const show = (run: Run) => {
    shown = run;
    setText(heading, `${run.dataset}, ${formatDate(run.date)}`);
    badge.show(run.status);
    setText(times, formatSeconds(run.seconds));
    setText(announcement, `Run ${run.status.toLowerCase()}.`);
    again.hidden = isActive(run) || run.status === 'Suspended';
    for (const step of run.steps) {
      const row = rows.get(step.name) ?? stepRow(step.name);
      if (!rows.has(step.name)) steps.append(row.node);
      rows.set(step.name, row);
      row.show(step);
    }
    showProblem(message, run.error ?? undefined);
    totals.replaceChildren(...runTotals(run));
  };
  const fail = (error: unknown) => showProblem(message, problemOfError(error));
  const polling = poll({
    load: (signal) => api.run(id, signal),
    show,
    fail,
    delayAfter: (run) => pollDelayAfter(run && [run]),
    attention: documentAttention,
  });
  const startAgain = async () => {
    if (!shown) return;
    again.disabled = true;
    try {
      await api.startRun({ dataset: shown.dataset, date: shown.date });
      polling.now();
    } catch (error) {
      fail(error);
    } finally {
      again.disabled = false;
    }
  };

  const node = element(
    'div',
    { class: 'page' },
    element('p', { class: 'back' }, element('a', { href: '/runs' }, 'All runs')),
    heading,
    element('div', { class: 'run-state' }, badge.node, times, again),
    announcement,
    message,
    steps,
    totals,
  );
  return { title: `Run ${id}`, node, leave: () => polling.stop() };
}
