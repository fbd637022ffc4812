import { search, type SearchDependencies } from '../retrieval/search';
import type { SearchFilters } from '../retrieval/passage';
import type { AnswerEvent } from './answer';
import type { Answerer } from './answerer';
import { streamAnswer } from './answerQuestion';

export interface AskDependencies extends SearchDependencies {
  answerer: Answerer;
  /** Of search and answer together, in milliseconds. */
  answerTimeoutInMilliseconds: number;
}

/** Finds passages for the question and answers from them: tokens, then the checked answer. Errors as search and answer. */
export async function* ask(
  dependencies: AskDependencies,
  { question, filters }: { question: string; filters?: SearchFilters },
): AsyncGenerator<AnswerEvent> {
  const signal = AbortSignal.timeout(dependencies.answerTimeoutInMilliseconds);
  const passages = await search(dependencies, { question, filters });
  yield* streamAnswer(dependencies, { question, passages, signal });
}
