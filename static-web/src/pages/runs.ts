import type { Api } from '../api';
import type { Run } from '../../../lib/api/runs';
import { documentAttention } from '../documentAttention';
import { element } from '../elements/element';
import { showProblem } from '../elements/problemNotice';
import { runRow } from '../elements/runs/runRow';
import { startRunForm } from '../elements/runs/startRunForm';
import { poll } from '../polling';
import { problemOfError } from '../problem';
import { runPath } from '../route';
import { pollDelayAfter } from '../runProgress';
import type { Page } from './page';

/** All runs, updated live, and a form that starts a run. */
export function runsPage(api: Api, go: (path: string) => void): Page {
  const rows = new Map<string, ReturnType<typeof runRow>>();
  const list = element('ul', { class: 'runs', 'aria-label': 'Runs' });
  const message = element('div', {}, element('p', { class: 'quiet' }, 'Loading.'));
  const form = startRunForm(api, (id) => go(runPath(id)));

  const show = (runs: Run[]) => {
    form.suggest([...new Set(runs.map((run) => run.dataset))]);
    for (const [id, row] of rows) {
      if (runs.some((run) => run.id === id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    for (const [index, run] of runs.entries()) {
      const row = rows.get(run.id) ?? runRow(run.id);
      rows.set(run.id, row);
      row.show(run);
      // Moving a node removes its focus, so only nodes in the wrong place are moved.
      if (list.children[index] !== row.node) list.insertBefore(row.node, list.children[index] ?? null);
    }
    message.replaceChildren(...(runs.length === 0 ? [element('p', { class: 'quiet' }, 'No runs yet.')] : []));
  };
  const polling = poll({
    load: (signal) => api.runs(signal),
    show,
    fail: (error) => showProblem(message, problemOfError(error)),
    delayAfter: pollDelayAfter,
    attention: documentAttention,
  });

  const node = element('div', { class: 'page' }, element('h1', { tabindex: -1 }, 'Runs'), form.node, message, list);
  return { title: 'Runs', node, leave: () => polling.stop() };
}
