import type { Passage } from '../vectors/passage';
import { NOTHING_FOUND, type Answerer } from './answerer';
import { toCitation } from './citation';
import { scoreSentences, type ScoredSentence, type ScoringDependencies } from './scoreSentences';

const SENTENCES_QUOTED = 3;
/** A further sentence is left out when it would make the answer longer than this. */
const WORDS_AT_MOST = 130;
/** Further sentences below this share of the best one's score add nothing. */
const LEAST_SHARE_OF_BEST = 0.7;
/** What a second sentence from a document already quoted is worth: another document goes first when they are close. */
const SAME_DOCUMENT_FACTOR = 0.85;

/**
 * Answers with sentences that stand in the passages, each with its citation: asks no chat model, and can't invent
 * anything. When no sentence speaks of the question it says so, without citations. Errors: VECTORS_*, EMBEDDING_*.
 */
export function createExtractiveAnswerer(dependencies: ScoringDependencies): Answerer {
  const model = 'extractive';
  return {
    model,
    async *stream({ question, passages }) {
      const quoted = chooseSentences(await scoreSentences(dependencies, question, passages));
      const pieces = quoted.map(
        ({ passage, text }, index) => `${attribution(passage)}: “${flow(text)}” [${index + 1}]`,
      );
      if (pieces.length === 0) pieces.push(NOTHING_FOUND);
      const tokens = pieces.map((piece, index) => (index === 0 ? piece : `\n${piece}`));
      for (const text of tokens) yield { type: 'token', text };
      const citations = quoted.map(({ passage, text }) => toCitation(passage, text));
      yield { type: 'answer', answer: { question, answer: tokens.join(''), citations, model } };
    },
  };
}

/** At most three, short enough together, from different documents where those are nearly as good. */
function chooseSentences(scored: ScoredSentence[]): ScoredSentence[] {
  const chosen: ScoredSentence[] = [];
  const worth = (candidate: ScoredSentence): number =>
    candidate.score *
    (chosen.some(({ passage }) => isSameDocument(passage, candidate.passage)) ? SAME_DOCUMENT_FACTOR : 1);
  let words = 0;
  while (chosen.length < SENTENCES_QUOTED) {
    const [best] = scored
      // Chunks overlap, and speakers repeat themselves.
      .filter(({ text }) => !chosen.some((known) => known.text.includes(text) || text.includes(known.text)))
      .filter(({ text }) => words === 0 || words + wordCount(text) <= WORDS_AT_MOST)
      .sort((left, right) => worth(right) - worth(left));
    if (!best || (chosen[0] && worth(best) < LEAST_SHARE_OF_BEST * chosen[0].score)) break;
    chosen.push(best);
    words += wordCount(best.text);
  }
  return chosen;
}

function isSameDocument(left: Passage, right: Passage): boolean {
  return left.dataset === right.dataset && left.docId === right.docId;
}

/** Who says it and when: what a reader needs to weigh a quote. */
function attribution({ author, title, publishedAt }: Passage): string {
  const name = author ?? title;
  return publishedAt === null ? name : `${name} (${publishedAt.slice(0, 4)})`;
}

function flow(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function wordCount(text: string): number {
  return text.split(/\s+/).length;
}
