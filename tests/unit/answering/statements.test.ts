import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SentenceFault } from '../../../lib/answering/answer';
import { CitationMarkers } from '../../../lib/answering/citations/citationMarkers';
import { joinTokens } from '../../../lib/answering/joinTokens';
import { answerSentences } from '../../../lib/answering/support/answerSentences';
import { checkSentences } from '../../../lib/answering/support/checkSentences';
import { DISHONEST, HONEST, LATER_DISHONEST, LATER_HONEST, type Statement } from '../../fixtures/answers/statements';
import { passage } from '../../support/passages';

function faultsOf({ passage: text, sentence }: Statement): SentenceFault[] {
  const markers = new CitationMarkers(1);
  const { answer, marks } = joinTokens([...markers.push(`${sentence} [1]`), ...markers.finish()]);
  const sentences = checkSentences(answerSentences(answer, marks), [passage({ text, publishedAt: null })]);
  return sentences.flatMap(({ faults }) => faults);
}

const isMarked = (statement: Statement): boolean => faultsOf(statement).length > 0;

test.each([
  { name: 'first', honest: HONEST, dishonest: DISHONEST },
  { name: 'later', honest: LATER_HONEST, dishonest: LATER_DISHONEST },
])('the page on retrieval has the figures of the labelled sentences: $name', ({ honest, dishonest }) => {
  const marked = honest.filter(isMarked).length;
  const passed = dishonest.filter((statement) => !isMarked(statement)).length;
  const page = readFileSync(path.join(__dirname, '../../../docs/retrieval.md'), 'utf8');
  expect(page).toMatch(
    new RegExp(`\\|\\s+${marked} of ${honest.length}\\s+\\|\\s+${passed} of ${dishonest.length}\\s+\\|`),
  );
});
