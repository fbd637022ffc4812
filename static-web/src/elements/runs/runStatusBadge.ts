import type { RunStatus } from '../../../../lib/api/runs';
import { element, setText } from '../element';

/** A run's status as a word with a colour. */
export function runStatusBadge(): { node: HTMLElement; show(status: RunStatus): void } {
  const node = element('span', { class: 'badge', 'data-testid': 'run-status' });
  return {
    node,
    show(status) {
      setText(node, status);
      node.dataset['status'] = status;
    },
  };
}
