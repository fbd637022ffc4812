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

/** A sentence that covers a smaller share of the question's weight is not about it. A single word needs a larger share. */
const LEAST_COVERAGE = { oneWord: 0.5, severalWords: 0.35 };
/** Shares of a sentence's score: the question's words in it, its similarity in meaning, and its passage's rank. */
const SHARES = { words: 0.5, meaning: 0.3, passage: 0.2 };

/**
 * Sentences that are compared in meaning, the best by words and rank: the comparison takes most of the time of an answer. Of 86
 * questions about the sample, the four best sentences were always among the first 12.
 */
const MOST_COMPARED = 16;

/**
 * Sentences of the passages that are about the question, best first. Words are weighted by their rarity in the whole index.
 * Words of the document's title or author do not count, because the whole document is about them.
 */
export async function scoreSentences(
  { vectors, embedder }: ScoringDependencies,
  question: string,
  passages: Passage[],
): Promise<ScoredSentence[]> {
  const weights = await rarityWeights(question, vectors);
  const bestPassage = Math.max(...passages.map(({ score }) => score));
  const candidates = passages
    .flatMap((passage) => {
      const ownWeights = withoutTerms(weights, termsOf(`${passage.title} ${passage.author ?? ''}`));
      const rank = bestPassage > 0 ? passage.score / bestPassage : 1;
      return splitSentences(passage.text)
        .filter((sentence) => !beginsInside(sentence, passage))
        .map((sentence) => ({ sentence, covered: coveredShare(ownWeights, sentence.text) }))
        .filter(({ covered }) => covered > 0)
        .map(({ sentence, covered }) => ({
          passage,
          text: sentence.text,
          merit: SHARES.words * covered + SHARES.passage * rank,
          quotability: quotability(sentence),
        }));
    })
    .sort((left, right) => right.merit * right.quotability - left.merit * left.quotability)
    .slice(0, MOST_COMPARED);
  if (candidates.length === 0) return [];

  const [meant, ...meanings] = await embedder.embed([question, ...candidates.map(({ text }) => text)]);
  return candidates
    .map(({ passage, text, merit, quotability: share }, index) => {
      const similarity = Math.max(0, cosine(meant, meanings[index]));
      return { passage, text, score: (merit + SHARES.meaning * similarity) * share };
    })
    .sort((left, right) => right.score - left.score);
}

/** Share of the weight that the sentence covers; 0 when it is too small to be about the question. */
function coveredShare(weights: TermWeights, sentence: string): number {
  const terms = new Set(termsOf(sentence));
  const matched = [...weights.keys()].filter((term) => terms.has(term)).length;
  const covered = coverage(weights, terms);
  return covered >= (matched > 1 ? LEAST_COVERAGE.severalWords : LEAST_COVERAGE.oneWord) ? covered : 0;
}

/** The weights without those of `terms`; all weights when none would remain. */
function withoutTerms(weights: TermWeights, terms: string[]): TermWeights {
  const excluded = new Set(terms);
  const remaining = [...weights].filter(([term]) => !excluded.has(term));
  return remaining.length > 0 ? new Map(remaining) : weights;
}

/** True when a chunk begins inside a very long sentence: such a chunk begins in lower case. */
function beginsInside({ text, start }: Sentence, { chunkNumber }: Passage): boolean {
  return chunkNumber > 0 && start === 0 && /^["'“‘([]*\p{Ll}/u.test(text);
}

/** Headings and questions say little; very long or incomplete sentences are hard to read as a quote. */
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
