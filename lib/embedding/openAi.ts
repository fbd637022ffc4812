import type { OpenAI } from 'openai';
import { PipelineError } from '../problems/problem';
import {
  calledModel,
  createOpenAiClient,
  modelOf,
  toServiceError,
  type OpenAiRequestOptions,
  type OpenAiService,
} from '../openAi/openAiService';
import { optionalParameters } from '../openAi/optionalParameters';
import { noteTokens } from '../telemetry/modelCalls';
import type { Embedder, ReportTokens } from './embedder';

export interface OpenAiEmbedderOptions extends Partial<OpenAiRequestOptions> {
  service: OpenAiService;
  /** Length of the vectors. Models that can shorten their vectors are asked to. */
  dimensions: number;
  report?: ReportTokens;
}

/** Texts in one request: 64 chunks are about 16,000 tokens, far below the services' limits. */
const TEXTS_PER_REQUEST = 64;

/**
 * A hosted embedding model, of Azure OpenAI or any endpoint with OpenAI's API. Default: 60 s for an attempt, 5 retries.
 * Errors: EMBEDDING_* as in `toServiceError`; EMBEDDING_DIMENSIONS_MISMATCH when the model's vectors have a different length.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { service, dimensions, report, timeoutInMilliseconds = 60_000, retries = 5 } = options;
  const client = createOpenAiClient(service, { timeoutInMilliseconds, retries });
  // Older models can't shorten their vectors and refuse the parameter; the first request shows it.
  const optional = optionalParameters({ dimensions });

  const request = async (texts: string[]): Promise<OpenAI.Embedding[]> => {
    const body: OpenAI.EmbeddingCreateParams = {
      model: modelOf(service),
      // The API refuses an empty input.
      input: texts.map((text) => text || ' '),
      // Set explicitly: some compatible endpoints support only floats, and the client's default is base64.
      encoding_format: 'float',
      ...optional.current(),
    };
    try {
      const { data, usage } = await client.embeddings.create(body);
      // Some compatible endpoints leave it out, whatever the type says.
      const inputTokens = (usage as OpenAI.CreateEmbeddingResponse.Usage | undefined)?.prompt_tokens;
      noteTokens(calledModel(service, 'embeddings'), { input: inputTokens });
      report?.(inputTokens === undefined ? undefined : { inputTokens });
      return data;
    } catch (error) {
      if (!optional.leaveOut(error)) throw error;
      return request(texts);
    }
  };

  return {
    id: `${service.kind}-${modelOf(service)}-${dimensions}`.replace(/[^A-Za-z0-9-]+/g, '-'),
    dimensions,
    fusion: { lexical: 0.5, dense: 0.5 },
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += TEXTS_PER_REQUEST) {
        const group = texts.slice(start, start + TEXTS_PER_REQUEST);
        try {
          vectors.push(...checkEmbeddings(await request(group), group.length, dimensions, service));
        } catch (error) {
          throw toServiceError(error, 'EMBEDDING', service);
        }
      }
      return vectors;
    },
    close: () => Promise.resolve(),
  };
}

/** Sorts the vectors into the order of the texts (by `index`) and scales them to unit length. */
function checkEmbeddings(
  embeddings: OpenAI.Embedding[],
  count: number,
  dimensions: number,
  service: OpenAiService,
): Float32Array[] {
  const vectors = new Map(embeddings.map(({ index, embedding }) => [index, embedding]));
  return Array.from({ length: count }, (_, position) => {
    const embedding = vectors.get(position);
    if (embedding?.length === dimensions) return toUnitLength(embedding);
    throw new PipelineError(
      embedding ? 'EMBEDDING_DIMENSIONS_MISMATCH' : 'EMBEDDING_INCOMPLETE',
      embedding ? 'The vectors of the model have a different length.' : 'The model returned too few vectors.',
      {
        found: embedding ? `${embedding.length} dimensions` : `${vectors.size} vectors for ${count} texts`,
        expected: embedding ? `${dimensions} dimensions from ${modelOf(service)}` : `${count} vectors`,
        where: embedding ? { setting: 'EMBEDDING_DIMENSIONS' } : undefined,
        remedy: embedding ? `Set EMBEDDING_DIMENSIONS to ${embedding.length}.` : 'Repeat the call.',
      },
    );
  });
}

function toUnitLength(values: number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length));
}
