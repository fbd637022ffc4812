import { splitSentences } from '../../language/splitSentences';
import { termsOf } from '../../language/terms';
import { coverage, equalWeights } from '../termWeights';

/** The sentence of `text` that has most words in common with the statement; the whole text when it has no sentences. */
export function nearestSentence(statement: string, text: string): string {
  const weights = equalWeights(statement);
  const [nearest] = splitSentences(text)
    .map((sentence) => ({ text: sentence.text, covered: coverage(weights, termsOf(sentence.text)) }))
    .sort((left, right) => right.covered - left.covered);
  return nearest?.text ?? text;
}
