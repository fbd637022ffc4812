import type { HttpRequest } from '@azure/functions';
import type { PaidAnswerEvent } from '../../../lib/answering/measureAnswer';
import { ask } from '../../../lib/answering/ask';
import { answer, askRequest } from '../../../lib/api/ask';
import { SAMPLE } from '../sampleRequests';
import { publicProblem } from '../../../lib/problems/publicProblem';
import { toProblem } from '../../../lib/problems/problem';
import { problemDetails } from '../../../lib/problems/problemDetails';
import { defineRoute } from '../route';

export const askRoute = defineRoute({
  name: 'ask',
  method: 'POST',
  path: 'ask',
  summary: 'Answers a question from the documents, with checked citations.',
  role: 'reader',
  request: { body: askRequest },
  response: {
    status: 200,
    body: answer,
    events:
      '`token` (`{"text": ...}`, of a marker `{"text": ..., "citation": 1}`) as the text comes, then `answer` (an Answer) or `error` (ProblemDetails).',
  },
  problems: [
    'DATASET_UNKNOWN',
    'QUESTIONS_TOO_MANY',
    'ANSWER_TIMEOUT',
    'ANSWER_INCOMPLETE',
    'VECTORS_UNAVAILABLE',
    'DATABASE_UNAVAILABLE',
  ],
  example: { body: { question: SAMPLE.question, dataset: SAMPLE.dataset } },
  handler: async (
    { body: { question, dataset, filters, stream }, http },
    { app, caller, access, callerGone, logError, requestId },
  ) => {
    if (dataset !== undefined) await app.contracts.get(dataset);
    const asked = { question, filters: { dataset, ...filters }, access: await access(), gone: callerGone };
    const events = await ask(app, asked, caller?.id ?? 'anonymous');
    if (stream ?? wantsStream(http)) {
      const body = ReadableStream.from(
        eventLines(events, requestId, (error) => {
          if (!callerGone?.aborted) logError('an answer ended early', error);
        }),
      );
      return { stream: body, contentType: 'text/event-stream; charset=utf-8' };
    }
    for await (const event of events) if (event.type === 'answer') return { body: event.answer };
    throw new Error('the stream of the answer ended without an answer');
  },
});

function wantsStream(request: HttpRequest): boolean {
  return (request.headers.get('accept') ?? '').includes('text/event-stream');
}

async function* eventLines(
  events: AsyncIterable<PaidAnswerEvent>,
  requestId: string,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const lines = (event: string, data: unknown): Uint8Array =>
    encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  try {
    for await (const event of events) {
      const { type, ...token } = event;
      yield event.type === 'token' ? lines(type, token) : lines(type, event.answer);
    }
  } catch (error) {
    // The status line has already been sent, so the problem is sent as an event.
    onError(error);
    yield lines('error', { ...problemDetails(publicProblem(toProblem(error), true)), requestId });
  }
}
