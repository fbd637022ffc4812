import type { RunDetail } from '../../../../lib/api/runs';
import { formatCounted } from '../../formatting';
import { element } from '../element';
import { isolated } from '../isolated';

type Ignored = NonNullable<RunDetail['ignored']>;

const REASONS: Record<Ignored['files'][number]['reason'], string> = {
  name: 'no pattern of the contract matches the name',
  case: 'the name differs from a pattern only in case',
  folder: 'the file is in a sub-folder',
  compression: 'the file is compressed, and the contract expects none that is',
};

/** The files of the date that the run does not use, with the reason; empty when it uses all. */
export function ignoredFiles({ ignored }: Pick<RunDetail, 'ignored'>): HTMLElement[] {
  if (!ignored || ignored.count === 0) return [];
  const { count, files } = ignored;
  const more = count - files.length;
  return [
    element('h2', {}, 'Ignored files'),
    element(
      'ul',
      { class: 'rules', 'data-testid': 'ignored-files' },
      ...files.map(({ name, size, reason }) =>
        element(
          'li',
          { class: 'rule', 'data-outcome': 'warning', 'data-reason': reason },
          element('span', { class: 'rule-outcome' }, 'ignored'),
          element('span', { class: 'rule-name' }, isolated(name)),
          element('span', { class: 'rule-facts' }, `${formatCounted(size, 'byte')} · ${REASONS[reason]}`),
        ),
      ),
    ),
    ...(more > 0 ? [element('p', { class: 'quiet' }, `${formatCounted(more, 'file')} more.`)] : []),
  ];
}
