import { withoutBidiControls } from '../language/bidiControls';
import type { Passage } from '../vectors/passage';
import type { AnswerSentence, AnswerToken } from './answer';
import { NOTHING_FOUND, type Answerer } from './answerer';
import { toCitation } from './citations/citation';
import { joinTokens } from './joinTokens';
import { scoreSentences, type ScoredSentence, type ScoringDependencies } from './scoreSentences';

const SENTENCES_QUOTED = 3;
/** A second or third sentence is left out when the answer would have more words than this. */
const WORDS_AT_MOST = 130;
/** Sentences below this share of the best score are left out. */
const LEAST_SHARE_OF_BEST = 0.7;
const LONGEST_NAME = 80;
/** Lowers the score of a second sentence from the same document, so that another document wins when they are close. */
const SAME_DOCUMENT_FACTOR = 0.85;

/**
 * Answers with sentences quoted from the passages, each with its citation. It calls no chat model, so it can't invent
 * anything. When no sentence is about the question it says so, without citations. Errors: VECTORS_*, EMBEDDING_*.
 */
export function createExtractiveAnswerer(dependencies: ScoringDependencies): Answerer {
  const model = 'extractive';
  return {
    model,
    async *stream({ question, passages }) {
      const quoted = chooseSentences(await scoreSentences(dependencies, question, passages));
      const tokens: AnswerToken[] = [];
      const sentences: AnswerSentence[] = [];
      let length = 0;
      for (const [index, { passage, text }] of quoted.entries()) {
        const citation = index + 1;
        const lineEnd = index === 0 ? '' : '\n';
        const words = `${attribution(passage)}: “${withInnerMarks(flow(text))}”`;
        const mark = `[${citation}]`;
        tokens.push({ text: `${lineEnd}${words} ` }, { text: mark, citation });
        const start = length + lineEnd.length;
        // A sentence of the document supports itself.
        sentences.push({ start, end: start + words.length, citations: [citation], supported: true, faults: [] });
        length = start + words.length + ' '.length + mark.length;
      }
      if (tokens.length === 0) tokens.push({ text: NOTHING_FOUND });
      for (const token of tokens) yield { type: 'token', ...token };
      const { answer, marks } = joinTokens(tokens);
      const citations = quoted.map(({ passage, text }) => toCitation(passage, text));
      yield { type: 'answer', answer: { question, answer, citations, marks, sentences, model } };
    },
  };
}

/** At most three sentences within the word limit; from different documents when their scores are close. */
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

/** Who said it and when. */
function attribution({ author, title, docId, publishedAt }: Passage): string {
  const name = [author, title, docId].map((text) => nameOf(text ?? '')).find((text) => text !== '') ?? '';
  return publishedAt === null ? name : `${name} (${publishedAt.slice(0, 4)})`;
}

/**
 * A name stands outside the quotation, so it must not look like one, or like a citation: without quotation marks and brackets,
 * and not long. Empty when nothing is left to see.
 */
function nameOf(text: string): string {
  const name = flow(text)
    .replace(/["“”„‟«»‹›「」『』＂[\]{}［］【】]/g, '')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(name)) return '';
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return name;
  return `${characters
    .slice(0, LONGEST_NAME - 1)
    .join('')
    .trimEnd()}…`;
}

/** Double quotation marks inside the quotation become single ones, so that they don't end it. */
function withInnerMarks(text: string): string {
  return text.replace(/[“„‟]/g, '‘').replace(/”/g, '’');
}

/** On one line, and without the controls that change the direction of the text after them; the citation has the text as it is. */
function flow(text: string): string {
  return withoutBidiControls(text).replace(/\s+/g, ' ');
}

function wordCount(text: string): number {
  return text.split(/\s+/).length;
}
