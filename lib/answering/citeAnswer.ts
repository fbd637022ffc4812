import { termsOf } from '../language/terms';
import { splitSentences } from '../language/splitSentences';
import type { Passage } from '../vectors/passage';
import type { Citation } from './answer';
import { findQuote, toCitation } from './citation';
import { coverage, equalWeights } from './termWeights';

/** Shorter quotations are single words or names, which are not evidence. */
const SHORTEST_QUOTE_IN_WORDS = 3;
const QUOTATION = /"([^"]+)"|“([^“”]+)”/g;

/**
 * Citations for an answer whose markers `[1]`, `[2]` ... number `cited` in this order. The citation's quote is the text
 * that the answer quotes before the marker, when the passage contains it. Otherwise it is the sentence of the passage that
 * has most words in common with the answer's sentence.
 */
export function citeAnswer(answer: string, cited: Passage[]): Citation[] {
  return cited.map((passage, index) => {
    const statements = statementsBefore(answer, `[${index + 1}]`);
    const quoted = statements
      .flatMap((statement) => [...statement.matchAll(QUOTATION)].map((match) => match[1] ?? match[2] ?? ''))
      .filter((quotation) => quotation.trim().split(/\s+/).length >= SHORTEST_QUOTE_IN_WORDS)
      .map((quotation) => findQuote(passage.text, quotation.replace(/[.,;]+$/, '')))
      .find((quote) => quote !== undefined);
    return toCitation(passage, quoted ?? nearestSentence(statements.join(' '), passage));
  });
}

/** The sentence in front of each occurrence of the marker, without markers. */
function statementsBefore(answer: string, marker: string): string[] {
  const textsBefore = answer.split(marker).slice(0, -1);
  return textsBefore.map((text) => {
    const plain = text.replace(/\[\d+\]/g, ' ').trim();
    return splitSentences(plain).at(-1)?.text ?? plain;
  });
}

function nearestSentence(statement: string, passage: Passage): string {
  const weights = equalWeights(statement);
  const [nearest] = splitSentences(passage.text)
    .map(({ text }) => ({ text, covered: coverage(weights, termsOf(text)) }))
    .sort((left, right) => right.covered - left.covered);
  return nearest?.text ?? passage.text;
}
