import type { Answer } from '../../../lib/api/ask';
import type { AnswerToken } from '../markers';
import type { Problem } from '../problem';
import { formatCounted } from '../formatting';
import { answerText, arrivingText } from './answerText';
import { citationCard } from './citationCard';
import { button, element } from './element';
import { problemNotice } from './problemNotice';

/** One question and its answer, problem or cancellation. */
export interface Turn {
  node: HTMLElement;
  /** Shows what has arrived so far. Its markers become links when the answer is finished. */
  show(tokens: AnswerToken[]): void;
  finish(answer: Answer): void;
  fail(problem: Problem): void;
  cancel(): void;
}

export function turn(question: string, number: number, askAgain: () => void): Turn {
  const waiting = element('p', { class: 'waiting' }, 'Reading the documents');
  const words = element('div', { class: 'answer-text' }, waiting);
  const answer = element(
    'div',
    { class: 'answer', 'aria-live': 'polite', 'aria-busy': 'true', 'data-testid': 'answer', 'data-state': 'streaming' },
    words,
  );
  const node = element('li', { class: 'turn' }, element('h2', { class: 'question', dir: 'auto' }, question), answer);

  const end = (state: 'done' | 'failed' | 'cancelled', ...after: HTMLElement[]) => {
    answer.dataset['state'] = state;
    answer.setAttribute('aria-busy', 'false');
    waiting.remove();
    node.append(...after);
  };
  const again = () => button('Ask again', { class: 'button-quiet' }, askAgain);

  return {
    node,
    show: (tokens) => words.replaceChildren(...arrivingText(tokens)),
    finish(checked) {
      const { citations, model } = checked;
      const cards = citations.map((citation, index) => ({
        node: citationCard(citation, index + 1, `citation-${number}-${index + 1}`),
        title: citation.title,
      }));
      words.replaceChildren(...answerText(checked, cards));
      const nodes = cards.map((card) => card.node);
      end('done', ...sources(nodes), origin(model));
    },
    fail: (problem) => end('failed', problemNotice(problem), again()),
    cancel: () => end('cancelled', element('p', { class: 'quiet' }, 'Cancelled.'), again()),
  };
}

function sources(cards: HTMLElement[]): HTMLElement[] {
  if (cards.length === 0) return [];
  return [
    element('h3', { class: 'sources-heading' }, formatCounted(cards.length, 'source')),
    element('ol', { class: 'citations' }, ...cards),
  ];
}

function origin(model: string): HTMLElement {
  const how =
    model === 'extractive' ? 'Sentences taken from the documents; no language model.' : `Written by ${model}.`;
  return element('p', { class: 'quiet answer-origin' }, how);
}
