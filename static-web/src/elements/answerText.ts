import type { Answer } from '../../../lib/api/ask';
import {
  annotate,
  annotateTokens,
  type AnswerSegment,
  type AnswerToken,
  paragraphsOf,
  splitAnnotations,
} from '../markers';
import { element } from './element';
import { withoutDirections } from './isolated';

/** The card that a marker links to. */
export interface Source {
  node: HTMLElement;
  title: string;
}

const FAULTS: Record<Answer['sentences'][number]['faults'][number], string> = {
  'no-citation': 'It cites no source.',
  quotation: 'A quotation in it is not in its sources.',
  number: 'A number in it is not in its sources.',
  words: 'Its sources say something else.',
  negation: 'Its sources say the opposite, or it does.',
};

/** The paragraphs of an answer that is still arriving. Its markers are not links yet: the sources come with its end. */
export function arrivingText(tokens: AnswerToken[]): HTMLElement[] {
  return paragraphs(annotateTokens(tokens), (line) => splitAnnotations(line).map((segment) => segmentNode(segment)));
}

/** The paragraphs of an answer. Its markers are superscript links to their sources; unsupported sentences have a note. */
export function answerText(answer: Answer, sources: Source[]): HTMLElement[] {
  return paragraphs(annotate(answer), (line) =>
    splitAnnotations(line).map((segment) => segmentNode(segment, answer, sources)),
  );
}

function paragraphs(text: string, nodesOf: (line: string) => Node[]): HTMLElement[] {
  return paragraphsOf(text).map((lines) => {
    const paragraph = element('p', { dir: 'auto' });
    for (const [index, line] of lines.entries()) {
      if (index > 0) paragraph.append(element('br'));
      paragraph.append(...nodesOf(line));
    }
    return paragraph;
  });
}

function segmentNode(segment: AnswerSegment, answer?: Answer, sources: Source[] = []): Node {
  if (segment.type === 'text') return document.createTextNode(withoutDirections(segment.text));
  if (segment.type === 'note') {
    const why = answer?.sentences[segment.sentence]?.faults.map((fault) => FAULTS[fault]).join(' ') ?? '';
    return element(
      'span',
      { class: 'unsupported', title: why, 'data-testid': 'unsupported' },
      ' (not supported: ',
      why,
      ')',
    );
  }
  const { number } = segment;
  const source = sources[number - 1];
  if (!source) return element('sup', {}, element('span', { class: 'marker' }, String(number)));
  const label = `Source ${number}: ${withoutDirections(source.title)}`;
  const link = element(
    'a',
    { class: 'marker', href: `#${source.node.id}`, 'aria-label': label, title: label },
    String(number),
  );
  link.addEventListener('click', (event) => {
    // The browser's own jump would add an entry to the history for every source that is opened.
    event.preventDefault();
    source.node.focus();
  });
  return element('sup', {}, link);
}
