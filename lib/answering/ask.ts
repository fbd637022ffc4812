import { search, type SearchDependencies } from '../retrieval/search';
import type { SearchFilters } from '../vectors/passage';
import type { AnswerEvent } from './answer';
import type { Answerer } from './answerer';
import { streamAnswer } from './answerQuestion';
import { answerTimeout } from './answerTimeout';

export interface AskDependencies extends SearchDependencies {
  answerer: Answerer;
  /** Time limit for search and answer together, in milliseconds. */
  answerTimeoutInMilliseconds: number;
}

interface Question {
  question: string;
  filters?: SearchFilters;
}

/**
 * Finds passages for the question and answers from them: tokens, then the checked answer. Throws the errors of search and
 * answer. Throws ANSWER_TIMEOUT even while a store is still working, because not every store can be cancelled.
 */
export async function* ask(dependencies: AskDependencies, question: Question): AsyncGenerator<AnswerEvent> {
  const signal = AbortSignal.timeout(dependencies.answerTimeoutInMilliseconds);
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(answerTimeout(signal.reason)), { once: true });
  });
  const events = searchAndAnswer(dependencies, question, signal);
  try {
    for (;;) {
      const event = await Promise.race([events.next(), tooLate]);
      if (event.done) return;
      yield event.value;
    }
  } finally {
    // Not awaited: late work may take long to end.
    events.return(undefined).catch(() => undefined);
  }
}

async function* searchAndAnswer(
  dependencies: AskDependencies,
  { question, filters }: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const passages = await search(dependencies, { question, filters });
  yield* streamAnswer(dependencies, { question, passages, signal });
}
