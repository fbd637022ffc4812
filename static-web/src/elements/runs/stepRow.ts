import type { StepProgress } from '../../../../lib/api/runs';
import { shareOf, stepFacts, stepTitle } from '../../runProgress';
import { element, setText } from '../element';

/** One step of a run with its progress bar. Calling `show` again updates it in place. */
export function stepRow(name: string): { node: HTMLElement; show(step: StepProgress): void } {
  const title = stepTitle(name);
  const bar = element('progress', { max: 1, 'aria-label': title });
  const facts = element('span', { class: 'step-facts' });
  const node = element(
    'li',
    { class: 'step', 'data-testid': `step-${name}` },
    element('span', { class: 'step-mark', 'aria-hidden': 'true' }),
    element('span', { class: 'step-title' }, title),
    facts,
    bar,
  );
  return {
    node,
    show(step) {
      node.dataset['status'] = step.status;
      const share = shareOf(step);
      if (share === undefined) bar.removeAttribute('value');
      else bar.value = share;
      setText(facts, step.status === 'failed' ? `failed · ${stepFacts(step)}` : stepFacts(step));
    },
  };
}
