import type { Citation } from '../../../lib/api/ask';
import { collapseWhitespace, formatDate } from '../formatting';
import { element } from './element';
import { isolated } from './isolated';

/** One source of an answer, with the number of its markers in the text. Focusable, so that a marker can link to it. */
export function citationCard(citation: Citation, number: number, id: string): HTMLElement {
  const date = formatDate(citation.date);
  const origin = [
    citation.author ? isolated(citation.author) : '',
    citation.author && date ? ' · ' : '',
    isolated(date),
  ];
  return element(
    'li',
    { class: 'citation', id, tabindex: -1, 'data-testid': 'citation', 'data-document': citation.docId },
    element('span', { class: 'citation-number', 'aria-hidden': 'true' }, String(number)),
    element(
      'div',
      { class: 'citation-body' },
      element('h4', {}, element('span', { class: 'visually-hidden' }, `Source ${number}: `), isolated(citation.title)),
      citation.author || date ? element('p', { class: 'citation-origin' }, ...origin) : undefined,
      element('blockquote', {}, isolated(collapseWhitespace(citation.quote))),
      element('p', { class: 'citation-document' }, `${citation.dataset} / `, isolated(citation.docId)),
    ),
  );
}
