import type { Api } from '../api';
import type { DependencyHealth, Health } from '../../../lib/api/health';
import { documentAttention } from '../documentAttention';
import { poll } from '../polling';
import { problemOfError } from '../problem';
import { element, setText } from './element';

type Condition = Health['status'] | 'unknown' | 'unreachable';

const words: Record<Condition, string> = {
  ok: 'Healthy',
  degraded: 'Degraded',
  unknown: 'Checking',
  unreachable: 'Unreachable',
};
const delayInMilliseconds = 30_000;

/** The API's health in one word, with details for each dependency. Checks every 30 s while the page is visible. */
export function healthIndicator(api: Api): HTMLElement {
  const word = element('span', { class: 'health-word' });
  const list = element('div', { class: 'health-list' });
  const summary = element('summary', {}, element('span', { class: 'health-dot', 'aria-hidden': 'true' }), word);
  const node = element('details', { class: 'health', 'data-testid': 'health' }, summary, list);

  const show = (condition: Condition, ...details: HTMLElement[]) => {
    node.dataset['status'] = condition;
    setText(word, words[condition]);
    summary.setAttribute('aria-label', `Health: ${words[condition]}`);
    list.replaceChildren(...details);
  };
  const close = (event: Event) => {
    const isOutside = event.type === 'keydown' || !node.contains(event.target as Node);
    if (node.open && isOutside) node.open = false;
  };
  document.addEventListener('click', close);
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !node.open) return;
    close(event);
    summary.focus();
  });

  show('unknown', element('p', {}, 'Checking the API.'));
  poll({
    load: (signal) => api.health(signal),
    show: (health) => show(health.status, element('dl', {}, ...health.dependencies.map(dependencyRow))),
    fail: (error) => show('unreachable', element('p', {}, problemOfError(error).message)),
    delayAfter: () => delayInMilliseconds,
    attention: documentAttention,
  });
  return node;
}

function dependencyRow({ name, status, latencyInMilliseconds, error }: DependencyHealth): HTMLElement {
  const state = status === 'ok' ? `${Math.round(latencyInMilliseconds)} ms` : status;
  return element(
    'div',
    { 'data-status': status },
    element('dt', {}, name),
    element('dd', {}, state),
    error ? element('dd', { class: 'health-error' }, error) : undefined,
  );
}
