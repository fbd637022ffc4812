import type { Citation } from '../../../lib/api/ask';
import { collapseWhitespace, formatDate } from '../formatting';
import { element } from './element';

/** A text of a document: it must not change the direction of what is beside it. */
function bidi(text: string): HTMLElement {
  return element('bdi', {}, text);
}

/** One source of an answer, with the number of its markers in the text. Focusable, so that a marker can link to it. */
export function citationCard(citation: Citation, number: number, id: string): HTMLElement {
  const origin = [citation.author, formatDate(citation.date)].filter((part) => part).join(' · ');
  return element(
    'li',
    { class: 'citation', id, tabindex: -1, 'data-testid': 'citation', 'data-document': citation.docId },
    element('span', { class: 'citation-number', 'aria-hidden': 'true' }, String(number)),
    element(
      'div',
      { class: 'citation-body' },
      element('h4', {}, element('span', { class: 'visually-hidden' }, `Source ${number}: `), bidi(citation.title)),
      origin ? element('p', { class: 'citation-origin' }, bidi(origin)) : undefined,
      element('blockquote', {}, bidi(collapseWhitespace(citation.quote))),
      element('p', { class: 'citation-document' }, `${citation.dataset} / ${citation.docId}`),
    ),
  );
}
