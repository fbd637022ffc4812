import { trace, type Span } from '@opentelemetry/api';
import {
  ERROR_TYPE,
  GEN_AI_INPUT_TOKENS,
  GEN_AI_MODEL,
  GEN_AI_OPERATION,
  GEN_AI_OUTPUT_TOKENS,
  GEN_AI_PROVIDER,
  GEN_AI_TOKEN_TYPE,
  SERVER_ADDRESS,
  type Attributes,
} from './attributes';
import { count } from './instruments';
import type { Operation } from './spans';

/** A model, as the semantic conventions for generative AI name it. */
export interface CalledModel {
  operation: 'chat' | 'embeddings';
  /** `azure.ai.openai`, `openai`, or `pipeline-x` for the embedded encoder. */
  provider: string;
  model: string;
}

function labelsOf({ operation, provider, model }: CalledModel): Record<string, string> {
  return { [GEN_AI_OPERATION]: operation, [GEN_AI_PROVIDER]: provider, [GEN_AI_MODEL]: model };
}

export function modelOperation(called: CalledModel, attributes: Attributes = {}): Operation {
  const labels = labelsOf(called);
  return {
    name: `${called.operation} ${called.model}`,
    attributes: { ...labels, ...attributes },
    measure: (seconds, errorType) =>
      count('gen_ai.client.operation.duration', seconds, {
        ...labels,
        ...(errorType === undefined ? {} : { [ERROR_TYPE]: errorType }),
      }),
  };
}

interface Tokens {
  input?: number | undefined;
  output?: number | undefined;
}

const used = new WeakMap<Span, Required<{ [Type in keyof Tokens]: number }>>();

/** Notes what one request has used: in the span of the call that is under way, where several requests add up, and in the metric. */
export function noteTokens(called: CalledModel, { input, output }: Tokens): void {
  for (const [type, tokens] of Object.entries({ input, output })) {
    if (tokens === undefined) continue;
    count('gen_ai.client.token.usage', tokens, { ...labelsOf(called), [GEN_AI_TOKEN_TYPE]: type });
  }
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  const before = used.get(span) ?? { input: 0, output: 0 };
  const now = { input: before.input + (input ?? 0), output: before.output + (output ?? 0) };
  used.set(span, now);
  span.setAttribute(GEN_AI_INPUT_TOKENS, now.input);
  if (output !== undefined) span.setAttribute(GEN_AI_OUTPUT_TOKENS, now.output);
}

/** Notes that a service answered with 429. The client of the service waits and asks again, so that no error may ever show it. */
export function noteThrottled(url: string): void {
  const address = URL.canParse(url) ? new URL(url).hostname : '';
  trace.getActiveSpan()?.addEvent('throttled', { [SERVER_ADDRESS]: address });
  count('pipeline.throttled', 1, { [SERVER_ADDRESS]: address });
}
