import { search, type SearchDependencies } from '../retrieval/search';
import type { SearchFilters } from '../vectors/passage';
import type { AnswerEvent } from './answer';
import type { Answerer } from './answerer';
import { streamAnswer } from './answerQuestion';
import { answerTimeout } from './answerTimeout';

export interface AskDependencies extends SearchDependencies {
  answerer: Answerer;
  /** Of search and answer together, in milliseconds. */
  answerTimeoutInMilliseconds: number;
}

interface Question {
  question: string;
  filters?: SearchFilters;
}

/**
 * Finds passages for the question and answers from them: tokens, then the checked answer. Errors as search and answer, and
 * ANSWER_TIMEOUT however long a store takes: not each of them can be told to stop.
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
    // Not waited for: what has come too late may be long in ending.
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
