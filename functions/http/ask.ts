import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { AnswerEvent } from '../../lib/answering/answer';
import { ask } from '../../lib/answering/ask';
import { toProblem } from '../../lib/problems/problem';
import { problemDetails } from '../../lib/problems/problemDetails';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { calendarDate, isPeriod, readBody } from './readRequest';

const LONGEST_QUESTION = 2000;

const requestSchema = z.strictObject({
  question: z
    .string('a question')
    .trim()
    .min(1, 'a question')
    .max(LONGEST_QUESTION, `at most ${LONGEST_QUESTION} characters`),
  dataset: z.string().optional(),
  filters: z
    .strictObject({
      author: z.string().optional(),
      category: z.string().optional(),
      publishedFrom: calendarDate.optional(),
      publishedTo: calendarDate.optional(),
    })
    .refine(({ publishedFrom, publishedTo }) => isPeriod(publishedFrom, publishedTo), {
      message: 'a day not before publishedFrom',
      path: ['publishedTo'],
    })
    .optional(),
  stream: z.boolean().optional(),
});

/**
 * `POST /api/ask {question, dataset?, filters?, stream?}`: the answer with checked citations, as one JSON object; or, with
 * `stream: true` or `Accept: text/event-stream`, as server-sent events `token` ..., `answer` (or `error`, with
 * problem details).
 */
app.http('ask', {
  route: 'ask',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, context) => {
    const { question, dataset, filters, stream } = await readBody(request, requestSchema);
    if (dataset !== undefined) await theApp().contracts.get(dataset);
    const events = ask(theApp(), { question, filters: { dataset, ...filters } });
    if (stream ?? wantsStream(request)) {
      return streamed(events, (error) => context.error('an answer broke off', error));
    }
    for await (const event of events) {
      if (event.type === 'answer') return { jsonBody: event.answer };
    }
    throw new Error('the stream of the answer ended without an answer');
  }),
});

function wantsStream(request: HttpRequest): boolean {
  return (request.headers.get('accept') ?? '').includes('text/event-stream');
}

function streamed(events: AsyncIterable<AnswerEvent>, onError: (error: unknown) => void): HttpResponseInit {
  async function* lines(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    const line = (event: string, data: unknown): Uint8Array =>
      encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    try {
      for await (const event of events) {
        yield event.type === 'token' ? line('token', { text: event.text }) : line('answer', event.answer);
      }
    } catch (error) {
      // The status line is long gone: the problem travels as an event.
      onError(error);
      yield line('error', problemDetails(toProblem(error)));
    }
  }
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
    body: ReadableStream.from(lines()),
  };
}
