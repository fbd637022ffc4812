import type { Answer } from '../../lib/api/ask';
import type { AnswerToken } from './markers';
import { ApiError, isAbort, problemOf, type Problem } from './problem';
import { serverSentEvents } from './serverSentEvents';

/** One event of a streamed answer: pieces of text, then the complete checked answer, or the problem that ended it. */
export type AskEvent =
  ({ type: 'token' } & AnswerToken) | { type: 'answer'; answer: Answer } | { type: 'error'; problem: Problem };

/**
 * The events of an accepted answer: streamed, or as one event when something between the page and the API does not stream.
 * @throws ApiError `ANSWER_CUT_OFF` when the stream ends before its answer.
 */
export async function* answerEvents(response: Response): AsyncGenerator<AskEvent> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!isStream || !response.body) {
    yield { type: 'answer', answer: (await response.json()) as Answer };
    return;
  }
  try {
    for await (const { event, data } of serverSentEvents(response.body)) {
      const askEvent = askEventOf(event, data);
      if (!askEvent) continue;
      yield askEvent;
      if (askEvent.type !== 'token') return;
    }
  } catch (error) {
    throw isAbort(error) ? error : cutOff(error);
  }
  throw cutOff();
}

function askEventOf(event: string | undefined, data: string): AskEvent | undefined {
  switch (event) {
    case 'token':
      return { ...(JSON.parse(data) as AnswerToken), type: 'token' };
    case 'answer':
      return { type: 'answer', answer: JSON.parse(data) as Answer };
    case 'error':
      return { type: 'error', problem: problemOf(JSON.parse(data)) };
    default:
      return undefined;
  }
}

function cutOff(cause?: unknown): ApiError {
  const problem = {
    code: 'ANSWER_CUT_OFF',
    message: 'The connection ended before the answer was complete.',
    remedy: 'Ask again.',
    retryable: true,
  };
  return new ApiError(problem, undefined, cause);
}
