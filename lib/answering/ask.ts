import { search, type SearchDependencies } from '../retrieval/search';
import type { DocumentAccess } from '../documents/documentAccess';
import type { SearchFilters } from '../vectors/passage';
import type { AnswerEvent } from './answer';
import type { Answerer } from './answerer';
import { streamAnswer } from './answerQuestion';
import { answerEnded } from './answerEnded';
import { measureAnswer, type MeasureDependencies, type PaidAnswerEvent } from './measureAnswer';
import type { QuestionQueue } from './questionQueue';
import { ERROR_TYPE, PASSAGES } from '../telemetry/attributes';
import { count } from '../telemetry/instruments';
import { inSpan, openTrace, type Operation } from '../telemetry/spans';

export interface AskDependencies extends SearchDependencies, MeasureDependencies {
  answerer: Answerer;
  questions: QuestionQueue;
  /** Time limit of a question from its arrival to the answer, in milliseconds. */
  answerTimeoutInMilliseconds: number;
}

interface Question {
  question: string;
  filters?: SearchFilters;
  /** Passages are only of documents that may be read. */
  access: DocumentAccess;
  /** Aborted when nobody waits for the answer any more. */
  gone?: AbortSignal | undefined;
}

/**
 * Finds passages for the question and answers from them: tokens, then the checked answer. Resolves when the question may start:
 * the time limit counts from the call, so also while the question waits. Throws QUESTIONS_TOO_MANY, ANSWER_TIMEOUT, and
 * ANSWER_CANCELLED when `gone` ends the work.
 * The events throw the errors of search and answer, and ANSWER_TIMEOUT even while a store is still working, because not every
 * store can be cancelled.
 */
export async function ask(
  dependencies: AskDependencies,
  question: Question,
  caller: string,
): Promise<AsyncGenerator<PaidAnswerEvent>> {
  const trace = openTrace(ASK);
  try {
    return trace.over(await trace.inside(() => admit(dependencies, question, caller, trace.end)));
  } catch (error) {
    trace.end(error);
    throw error;
  }
}

const ASK: Operation = {
  name: 'ask',
  kind: 'internal',
  measure: (seconds, errorType) =>
    count('pipeline.question.duration', seconds, errorType === undefined ? {} : { [ERROR_TYPE]: errorType }),
};

/** `abandoned` is called when the question ended before anybody read its events. */
async function admit(
  dependencies: AskDependencies,
  question: Question,
  caller: string,
  abandoned: (error: unknown) => void,
): Promise<AsyncGenerator<PaidAnswerEvent>> {
  const limit = AbortSignal.timeout(dependencies.answerTimeoutInMilliseconds);
  const signal = question.gone ? AbortSignal.any([limit, question.gone]) : limit;
  const end = await dependencies.questions.enter(caller, signal);
  let isRead = false;
  // Nobody may ever read the events: the caller has gone.
  const abandon = (): void => {
    if (isRead) return;
    end();
    abandoned(answerEnded(signal));
  };
  signal.addEventListener('abort', abandon, { once: true });
  async function* events(): AsyncGenerator<PaidAnswerEvent> {
    isRead = true;
    const answering = measureAnswer(dependencies, () => searchAndAnswer(dependencies, question, signal));
    try {
      yield* withinTime(answering, signal);
    } finally {
      // Not awaited: late work may take long to end, and until then it counts as at work.
      answering
        .return(undefined)
        .catch(() => undefined)
        .finally(end);
    }
  }
  return events();
}

async function* withinTime<Event>(events: AsyncGenerator<Event>, signal: AbortSignal): AsyncGenerator<Event> {
  const tooLate = new Promise<never>((_, reject) => {
    const refuse = (): void => reject(answerEnded(signal));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  // Read in the race below; without a reader it must not count as unhandled.
  tooLate.catch(() => undefined);
  for (;;) {
    const event = await Promise.race([events.next(), tooLate]);
    if (event.done) return;
    yield event.value;
  }
}

async function* searchAndAnswer(
  dependencies: AskDependencies,
  { question, filters, access }: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const passages = await inSpan({ name: 'search', kind: 'internal' }, async (set) => {
    const found = await search(dependencies, { question, filters, access });
    set({ [PASSAGES]: found.length });
    return found;
  });
  yield* streamAnswer(dependencies, { question, passages, signal });
}
