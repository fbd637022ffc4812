import { PipelineError } from '../problems/problem';
import type { Answer, AnswerEvent } from './answer';
import { NOTHING_FOUND, type AnswerRequest, type Answerer } from './answerer';

/** Returns the answer with its citations, checked against the passages. Errors: ANSWER_*. */
export async function answerQuestion(dependencies: { answerer: Answerer }, request: AnswerRequest): Promise<Answer> {
  for await (const event of streamAnswer(dependencies, request)) if (event.type === 'answer') return event.answer;
  throw new PipelineError('ANSWER_INCOMPLETE', 'The answer ended before it was complete.');
}

/** Streams the answer: tokens, then the checked answer as the last event. Without passages, no model is called. */
export async function* streamAnswer(
  { answerer }: { answerer: Answerer },
  request: AnswerRequest,
): AsyncIterable<AnswerEvent> {
  if (request.passages.length > 0) {
    yield* answerer.stream(request);
    return;
  }
  yield { type: 'token', text: NOTHING_FOUND };
  const { question } = request;
  yield {
    type: 'answer',
    answer: { question, answer: NOTHING_FOUND, citations: [], marks: [], sentences: [], model: answerer.model },
  };
}
