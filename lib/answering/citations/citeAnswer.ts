import type { Passage } from '../../vectors/passage';
import type { Citation } from '../answer';
import type { CitedSentence } from '../support/answerSentences';
import { isEvidence } from '../support/quotations';
import { toCitation } from './citation';
import { comparableText, findQuote } from './findQuote';
import { nearestSentence } from './nearestSentence';

/**
 * Citations for the passages `cited`, which the sentences number from 1. The citation's quote is the text that a sentence
 * quotes, when the passage contains it. Otherwise it is the sentence of the passage that has most words in common with the
 * sentences that cite it.
 */
export function citeAnswer(sentences: readonly CitedSentence[], cited: readonly Passage[]): Citation[] {
  const citing = cited.map((): CitedSentence[] => []);
  for (const sentence of sentences) for (const number of sentence.citations) citing[number - 1]?.push(sentence);
  return cited.map((passage, index) => {
    const own = citing[index] ?? [];
    const comparable = comparableText(passage.text);
    const quoted = own
      .flatMap(({ quotations }) => quotations)
      .filter(isEvidence)
      .map(({ text }) => findQuote(comparable, text))
      .find((quote) => quote !== undefined);
    return toCitation(passage, quoted ?? nearestSentence(own.map(({ text }) => text).join(' '), passage.text));
  });
}
