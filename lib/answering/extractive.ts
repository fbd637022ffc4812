import { termsOf } from '../embedding/lexical/terms';
import { splitSentences, type Sentence } from '../embedding/splitSentences';
import type { Passage } from '../retrieval/passage';
import type { Answer } from './answer';
import { NOTHING_FOUND, type Answerer } from './answerer';
import { toCitation } from './citation';
import { coverage, termWeights } from './termWeights';

/** A sentence that may be quoted. */
interface Candidate {
  passage: Passage;
  text: string;
  /** 0 to 1: how much of the question it covers, how good its passage is, how quotable it is. */
  score: number;
}

const SENTENCES_QUOTED = 3;
/** A further sentence is left out when it would make the answer longer than this. */
const WORDS_AT_MOST = 130;
/** Below this share of the question's weight, the best sentence doesn't answer it. */
const LEAST_COVERAGE = 0.35;
/** Further sentences below this share of the best one's score add nothing. */
const LEAST_SHARE_OF_BEST = 0.6;
/** What a second sentence from a document already quoted is worth: another document goes first when they are close. */
const SAME_DOCUMENT_FACTOR = 0.85;

/**
 * Answers with sentences that stand in the passages, each with its citation: needs no model, and can't invent anything.
 * Sentences are chosen by how much of the question's telling words they have (idf-weighted).
 */
export function createExtractiveAnswerer(): Answerer {
  const model = 'extractive';
  return {
    model,
    async *stream({ question, passages }) {
      const chosen = chooseSentences(question, passages);
      const pieces = chosen.map(
        ({ passage, text }, index) => `${attribution(passage)}: “${flow(text)}” [${index + 1}]`,
      );
      if (pieces.length === 0) pieces.push(NOTHING_FOUND);
      const tokens = pieces.map((piece, index) => (index === 0 ? piece : `\n${piece}`));
      for (const text of tokens) yield { type: 'token', text };
      const citations = chosen.map(({ passage, text }) => toCitation(passage, text));
      yield { type: 'answer', answer: { question, answer: tokens.join(''), citations, model } satisfies Answer };
    },
  };
}

function chooseSentences(question: string, passages: Passage[]): Candidate[] {
  const candidates = candidatesIn(question, passages);
  const chosen: Candidate[] = [];
  const worth = (candidate: Candidate): number => {
    const quotedAlready = chosen.some(({ passage }) => passage.docId === candidate.passage.docId);
    return candidate.score * (quotedAlready ? SAME_DOCUMENT_FACTOR : 1);
  };
  let words = 0;
  while (chosen.length < SENTENCES_QUOTED) {
    const [best] = candidates
      .filter((candidate) => !chosen.some(({ text }) => text.includes(candidate.text) || candidate.text.includes(text)))
      .filter((candidate) => words === 0 || words + wordCount(candidate.text) <= WORDS_AT_MOST)
      .sort((left, right) => worth(right) - worth(left));
    if (!best || (chosen[0] && worth(best) < LEAST_SHARE_OF_BEST * chosen[0].score)) break;
    chosen.push(best);
    words += wordCount(best.text);
  }
  return chosen;
}

function candidatesIn(question: string, passages: Passage[]): Candidate[] {
  const sentences = passages.flatMap((passage) =>
    splitSentences(passage.text)
      .filter((sentence) => !beginsInside(sentence, passage))
      .map((sentence) => ({ passage, sentence, terms: termsOf(sentence.text) })),
  );
  const weights = termWeights(
    question,
    sentences.map(({ terms }) => terms),
  );
  const bestPassage = Math.max(...passages.map(({ score }) => score));
  return sentences
    .map((sentence) => ({ ...sentence, covered: coverage(weights, sentence.terms) }))
    .filter(({ covered }) => covered >= LEAST_COVERAGE)
    .map(({ passage, sentence, covered }) => {
      const passageShare = bestPassage > 0 ? passage.score / bestPassage : 1;
      const score = covered * (0.7 + 0.3 * passageShare) * quotability(sentence);
      return { passage, text: sentence.text, score };
    });
}

/** Chunks begin with a sentence, except inside a very long one: that chunk begins in lower case. */
function beginsInside({ text, start }: Sentence, { chunkNumber }: Passage): boolean {
  return chunkNumber > 0 && start === 0 && /^["'“‘([]*\p{Ll}/u.test(text);
}

/** Headings and questions say little; very long sentences are hard to read as a quote, and so are ones cut off. */
function quotability({ text, ends }: Sentence): number {
  const words = wordCount(text);
  if (words < 6) return 0.5;
  if (text.endsWith('?')) return 0.6;
  return (words > 45 ? 0.85 : 1) * (ends ? 1 : 0.8);
}

/** Who says it and when: what a reader needs to weigh a quote. */
function attribution({ author, title, publishedAt }: Passage): string {
  const year = publishedAt?.slice(0, 4);
  const name = author ?? title;
  return year === undefined ? name : `${name} (${year})`;
}

function flow(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function wordCount(text: string): number {
  return text.split(/\s+/).length;
}
