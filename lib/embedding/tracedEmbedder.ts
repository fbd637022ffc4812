import { TEXTS, type Attributes } from '../telemetry/attributes';
import { modelOperation } from '../telemetry/modelCalls';
import { inSpan } from '../telemetry/spans';
import type { Embedder } from './embedder';

/** The same embedder, whose calls are in the trace of the run or question that makes them. Texts are counted, never shown. */
export function tracedEmbedder(
  embedder: Embedder,
  { provider, model, server = {} }: { provider: string; model: string; server?: Attributes },
): Embedder {
  return {
    ...embedder,
    embed: (texts) =>
      inSpan(modelOperation({ operation: 'embeddings', provider, model }, { ...server, [TEXTS]: texts.length }), () =>
        embedder.embed(texts),
      ),
  };
}
