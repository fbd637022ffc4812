import { splitSentences } from '../language/splitSentences';
import { termsOf } from '../language/terms';
import { coverage, equalWeights, type TermWeights } from './termWeights';

/** The sentence of `text` that has most words in common with the statement; the whole text when it has no sentences. */
export function nearestSentence(statement: string, text: string): string {
  const sentences = splitSentences(text).map((sentence) => ({ text: sentence.text, terms: termsOf(sentence.text) }));
  return nearestOf(equalWeights(statement), sentences) ?? text;
}

/** Of sentences with their terms, the one that covers most of the weights; of equals the first. Undefined without sentences. */
export function nearestOf(
  weights: TermWeights,
  sentences: readonly { text: string; terms: Iterable<string> }[],
): string | undefined {
  const [nearest] = sentences
    .map(({ text, terms }) => ({ text, covered: coverage(weights, terms) }))
    .sort((left, right) => right.covered - left.covered);
  return nearest?.text;
}
