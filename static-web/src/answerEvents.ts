import type { Answer, AskEvent } from './apiTypes';
import { ApiError, isAbort, problemOf } from './problem';
import { type ServerSentEvent, ServerSentEventParser } from './serverSentEvents';

/**
 * The events of an accepted answer, streamed or (when something between us and the API does not stream) whole.
 * @throws ApiError `ANSWER_CUT_OFF` when the stream ends before its answer.
 */
export async function* answerEvents(response: Response): AsyncGenerator<AskEvent> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!isStream || !response.body) {
    yield { type: 'answer', answer: (await response.json()) as Answer };
    return;
  }
  for await (const serverSentEvent of serverSentEvents(response.body)) {
    const event = askEventOf(serverSentEvent);
    if (!event) continue;
    yield event;
    if (event.type !== 'token') return;
  }
  throw cutOff();
}

async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new ServerSentEventParser();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield* parser.push(decoder.decode(piece.value, { stream: true }));
    }
  } catch (error) {
    throw isAbort(error) ? error : cutOff(error);
  } finally {
    // Also reached when the reader of the events leaves early. A stream that failed has nothing left to cancel.
    await reader.cancel().catch(() => undefined);
  }
}

function askEventOf({ event, data }: ServerSentEvent): AskEvent | undefined {
  switch (event) {
    case 'token':
      return { type: 'token', text: (JSON.parse(data) as { text: string }).text };
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
