import { CITATIONS, PASSAGES, type Attributes } from '../telemetry/attributes';
import { modelOperation } from '../telemetry/modelCalls';
import { iterateInSpan, type Operation, type SetAttributes } from '../telemetry/spans';
import type { AnswerEvent } from './answer';
import type { Answerer } from './answerer';

/** The model service behind an answerer; none for answers that are quoted from the documents. */
export interface AnsweringService {
  provider: string;
  server?: Attributes;
}

/** The same answerer, whose answers are in the trace of their question: of their text, only counts. */
export function tracedAnswerer(answerer: Answerer, service?: AnsweringService): Answerer {
  const { model } = answerer;
  const operation = (passages: number): Operation => {
    const attributes = { [PASSAGES]: passages, ...service?.server };
    if (service) return modelOperation({ operation: 'chat', provider: service.provider, model }, attributes);
    return { name: `answer ${model}`, kind: 'internal', attributes };
  };
  return {
    model,
    stream: (request) =>
      iterateInSpan(operation(request.passages.length), (set) => counted(answerer.stream(request), set)),
  };
}

async function* counted(events: AsyncIterable<AnswerEvent>, set: SetAttributes): AsyncGenerator<AnswerEvent, void> {
  for await (const event of events) {
    if (event.type === 'answer') set({ [CITATIONS]: event.answer.citations.length });
    yield event;
  }
}
