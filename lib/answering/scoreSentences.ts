import type { Embedder } from '../embedding/embedder';
import { termsOf } from '../language/terms';
import { splitSentences, type Sentence } from '../language/splitSentences';
import type { Passage } from '../vectors/passage';
import type { VectorIndex } from '../vectors/vectorIndex';
import { coverage, rarityWeights, type TermWeights } from './termWeights';

/** A sentence that may be quoted. */
export interface ScoredSentence {
  passage: Passage;
  text: string;
  /** 0 to 1. */
  score: number;
}

export interface ScoringDependencies {
  vectors: Pick<VectorIndex, 'rarityOf'>;
  embedder: Pick<Embedder, 'embed'>;
}

/** A sentence with a smaller share of the question's weight doesn't speak of it; one word alone must tell more. */
const LEAST_COVERAGE = { oneWord: 0.5, severalWords: 0.35 };
/** Shares of a sentence's score: the question's words in it, its likeness in meaning, and its passage's rank. */
const SHARES = { words: 0.5, meaning: 0.3, passage: 0.2 };

/**
 * Sentences of the passages that speak of the question, best first. Words count by their rarity in the whole index; words
 * that the document's title or author has are taken as said.
 */
export async function scoreSentences(
  { vectors, embedder }: ScoringDependencies,
  question: string,
  passages: Passage[],
): Promise<ScoredSentence[]> {
  const weights = await rarityWeights(question, vectors);
  const speaking = passages.flatMap((passage) => {
    const unsaid = withoutTerms(weights, termsOf(`${passage.title} ${passage.author ?? ''}`));
    return splitSentences(passage.text)
      .filter((sentence) => !beginsInside(sentence, passage))
      .map((sentence) => ({ passage, sentence, covered: coveredShare(unsaid, sentence.text) }))
      .filter(({ covered }) => covered > 0);
  });
  if (speaking.length === 0) return [];

  const [meant, ...meanings] = await embedder.embed([question, ...speaking.map(({ sentence }) => sentence.text)]);
  const bestPassage = Math.max(...passages.map(({ score }) => score));
  return speaking
    .map(({ passage, sentence, covered }, index) => {
      const likeness = Math.max(0, cosine(meant, meanings[index]));
      const rank = bestPassage > 0 ? passage.score / bestPassage : 1;
      const merit = SHARES.words * covered + SHARES.meaning * likeness + SHARES.passage * rank;
      return { passage, text: sentence.text, score: merit * quotability(sentence) };
    })
    .sort((left, right) => right.score - left.score);
}

/** Share of the weight that the sentence covers; 0 when that is too little to be about the question. */
function coveredShare(weights: TermWeights, sentence: string): number {
  const terms = new Set(termsOf(sentence));
  const matched = [...weights.keys()].filter((term) => terms.has(term)).length;
  const covered = coverage(weights, terms);
  return covered >= (matched > 1 ? LEAST_COVERAGE.severalWords : LEAST_COVERAGE.oneWord) ? covered : 0;
}

/** The other weights; all of them when none would be left. */
function withoutTerms(weights: TermWeights, terms: string[]): TermWeights {
  const said = new Set(terms);
  const unsaid = [...weights].filter(([term]) => !said.has(term));
  return unsaid.length > 0 ? new Map(unsaid) : weights;
}

/** Chunks begin with a sentence, except inside a very long one: that chunk begins in lower case. */
function beginsInside({ text, start }: Sentence, { chunkNumber }: Passage): boolean {
  return chunkNumber > 0 && start === 0 && /^["'“‘([]*\p{Ll}/u.test(text);
}

/** Headings and questions say little; very long sentences are hard to read as a quote, and so are ones cut off. */
function quotability({ text, ends }: Sentence): number {
  const words = text.split(/\s+/).length;
  if (words < 4) return 0.5;
  if (text.endsWith('?')) return 0.6;
  return (words > 45 ? 0.85 : 1) * (ends ? 1 : 0.8);
}

/** Of vectors of unit length. */
function cosine(left: Float32Array | undefined, right: Float32Array | undefined): number {
  let product = 0;
  for (const [index, value] of (left ?? []).entries()) product += value * (right?.[index] ?? 0);
  return product;
}
