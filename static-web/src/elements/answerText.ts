import { type AnswerSegment, paragraphsOf, splitMarkers } from '../markers';
import { element } from './element';

export interface AnswerTextOptions {
  /** The cards that the markers link to, in their order. Absent while they have not arrived yet. */
  cards?: { node: HTMLElement; title: string }[];
}

/** The paragraphs of an answer. Its markers are superscript links to their sources. */
export function answerText(text: string, { cards }: AnswerTextOptions = {}): HTMLElement[] {
  return paragraphsOf(text).map((lines) => {
    const paragraph = element('p');
    for (const [index, line] of lines.entries()) {
      if (index > 0) paragraph.append(element('br'));
      paragraph.append(...splitMarkers(line, cards?.length).map((segment) => segmentNode(segment, cards)));
    }
    return paragraph;
  });
}

function segmentNode(segment: AnswerSegment, cards: AnswerTextOptions['cards']): Node {
  if (segment.type === 'text') return document.createTextNode(segment.text);
  const { number } = segment;
  const card = cards?.[number - 1];
  if (!card) return element('sup', {}, element('span', { class: 'marker' }, String(number)));
  const label = `Source ${number}: ${card.title}`;
  const link = element(
    'a',
    { class: 'marker', href: `#${card.node.id}`, 'aria-label': label, title: label },
    String(number),
  );
  link.addEventListener('click', (event) => {
    // The browser's own jump would add an entry to the history for every source that is opened.
    event.preventDefault();
    card.node.focus();
  });
  return element('sup', {}, link);
}
