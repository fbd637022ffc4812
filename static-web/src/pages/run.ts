import type { Api } from '../api';
import type { RunDetail } from '../../../lib/api/runs';
import { documentAttention } from '../documentAttention';
import { cancelForm } from '../elements/runs/cancelForm';
import { decisionForm } from '../elements/runs/decisionForm';
import { contractChoice } from '../elements/runs/contractChoice';
import { button, element, setText } from '../elements/element';
import { gateVerdict } from '../elements/runs/gateVerdict';
import { ignoredFiles } from '../elements/runs/ignoredFiles';
import { showProblem } from '../elements/problemNotice';
import { quarantineList } from '../elements/runs/quarantineList';
import { replayComparison } from '../elements/runs/replayComparison';
import { runStatusBadge } from '../elements/runs/runStatusBadge';
import { runTotals } from '../elements/runs/runTotals';
import { stepRow } from '../elements/runs/stepRow';
import { traceChart } from '../elements/runs/traceChart';
import { formatDate, formatSeconds } from '../formatting';
import { poll } from '../polling';
import { problemOfError } from '../problem';
import { hasEnded, pollDelayAfter } from '../runProgress';
import type { Page } from './page';

/** One run, updated live: a bar for each step, the gate's verdict, the rejected records, and the rows in each store. */
export function runPage(api: Api, id: string): Page {
  const heading = element('h1', { tabindex: -1 }, id);
  const badge = runStatusBadge();
  const times = element('span', { class: 'quiet' });
  // Announces a change of status once to screen readers. The badge and the bars change without an announcement.
  const announcement = element('p', { class: 'visually-hidden', role: 'status' });
  const message = element('div', { class: 'outcome' });
  const steps = element('ol', { class: 'steps', 'aria-label': 'Steps' });
  const rows = new Map<string, ReturnType<typeof stepRow>>();
  const totals = element('section', { class: 'totals' });
  const gate = element('section', { class: 'gate' });
  const ignored = element('section', { class: 'gate' });
  const decision = decisionForm(api, id, () => polling.now());
  const quarantine = quarantineList(api, id);
  const trace = traceChart(api, id);
  const replay = button('Replay', { class: 'button-quiet', 'data-testid': 'replay-button' }, () => void startReplay());
  const contract = contractChoice(api, (error) => fail(error));
  const again = element('span', { class: 'replay', hidden: true }, replay, contract.node);
  const cancel = cancelForm(api, id, () => polling.now());

  const show = (run: RunDetail) => {
    setText(heading, `${run.dataset}, ${formatDate(run.date)}`);
    badge.show(run.status);
    setText(times, formatSeconds(run.seconds));
    setText(announcement, `Run ${run.status.toLowerCase()}.`);
    again.hidden = !hasEnded(run);
    // A run may have used a new version, so the choice is loaded when a run has ended.
    if (hasEnded(run)) contract.load(run.dataset, run.contract?.hash);
    cancel.show(run);
    const isBlocked = run.status === 'Blocked';
    if (isBlocked) decision.show(run.gate);
    else decision.hide();
    for (const step of run.steps) {
      const row = rows.get(step.name) ?? stepRow(step.name);
      if (!rows.has(step.name)) steps.append(row.node);
      rows.set(step.name, row);
      row.show(step);
    }
    // For a blocked run, the form below shows what to do.
    showProblem(message, run.error ? { ...run.error, ...(isBlocked ? { remedy: undefined } : {}) } : undefined);
    gate.replaceChildren(...(run.gate ? gateVerdict(run.gate) : []));
    ignored.replaceChildren(...ignoredFiles(run));
    quarantine.show(run);
    trace.show(run);
    totals.replaceChildren(...replayComparison(run), ...runTotals(run));
  };
  const fail = (error: unknown) => showProblem(message, problemOfError(error));
  const polling = poll({
    load: (signal) => api.run(id, signal),
    show,
    fail,
    delayAfter: (run) => pollDelayAfter(run && [run]),
    attention: documentAttention,
  });
  const startReplay = async () => {
    replay.disabled = true;
    try {
      await api.replayRun(id, contract.value());
      polling.now();
    } catch (error) {
      fail(error);
    } finally {
      replay.disabled = false;
    }
  };

  const node = element(
    'div',
    { class: 'page' },
    element('p', { class: 'back' }, element('a', { href: '/runs' }, 'All runs')),
    heading,
    element('div', { class: 'run-state' }, badge.node, times, again, cancel.button),
    announcement,
    message,
    decision.node,
    cancel.node,
    steps,
    gate,
    ignored,
    quarantine.node,
    totals,
    trace.node,
  );
  const leave = () => {
    polling.stop();
    quarantine.leave();
    trace.leave();
    contract.leave();
  };
  return { title: `Run ${id}`, node, leave };
}
