import { splitSentences } from '../language/splitSentences';
import type { Passage } from '../vectors/passage';
import type { AnswerMark, Citation } from './answer';
import { withoutMarks } from './withoutMarks';
import { findQuote, toCitation } from './citation';
import { nearestSentence } from './nearestSentence';
import { quotationsIn } from './quotations';

/**
 * Citations for an answer whose marks number `cited` in this order. The citation's quote is the text
 * that the answer quotes before the marker, when the passage contains it. Otherwise it is the sentence of the passage that
 * has most words in common with the answer's sentence.
 */
export function citeAnswer(answer: string, marks: readonly AnswerMark[], cited: Passage[]): Citation[] {
  const plain = withoutMarks(answer, marks);
  return cited.map((passage, index) => {
    const statements = statementsBefore(plain, marks, index + 1);
    const quoted = statements
      .flatMap(quotationsIn)
      .map((quotation) => findQuote(passage.text, quotation.replace(/[.,;]+$/, '')))
      .find((quote) => quote !== undefined);
    return toCitation(passage, quoted ?? nearestSentence(statements.join(' '), passage.text));
  });
}

/** The sentence in front of each mark of a citation; `plain` is the answer with spaces in the place of all marks. */
function statementsBefore(plain: string, marks: readonly AnswerMark[], citation: number): string[] {
  let from = 0;
  return marks
    .filter((mark) => mark.citation === citation)
    .map(({ start, end }) => {
      const before = plain.slice(from, start).trim();
      from = end;
      return splitSentences(before).at(-1)?.text ?? before;
    });
}
