import { createOpenAiEmbedder } from '../../../lib/embedding/openAi';
import type { OpenAiService } from '../../../lib/openAi/openAiService';
import {
  startOpenAiServer,
  type OpenAiServer,
  type PreparedAnswer,
  type ReceivedRequest,
} from '../../support/openAiServer';

let server: OpenAiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A response of the service, with the vector [length of the text, 1, 0, 0] for each text, in reverse order. */
function embeddings({ body }: ReceivedRequest): PreparedAnswer {
  const data = (body.input as string[]).map((text, index) => ({
    object: 'embedding',
    index,
    embedding: [text.length, 1, 0, 0],
  }));
  const usage = { prompt_tokens: 8, total_tokens: 8 };
  return { body: { object: 'list', data: data.reverse(), model: 'text-embedding-3-small', usage } };
}

function failure(status: number, message: string, code: string | null = null): PreparedAnswer {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

async function embedderFor(
  answer: (request: ReceivedRequest, number: number) => PreparedAnswer,
  service: Partial<OpenAiService> = {},
): Promise<ReturnType<typeof createOpenAiEmbedder>> {
  server = await startOpenAiServer(answer);
  const { url } = server;
  const target =
    service.kind === 'azure-openai'
      ? {
          kind: service.kind,
          endpoint: `${url}/`,
          apiVersion: '2024-10-21',
          deployment: 'my-embedding',
          credential: 'k',
        }
      : { kind: 'openai' as const, baseUrl: `${url}/v1`, apiKey: 'secret', model: 'text-embedding-3-small' };
  return createOpenAiEmbedder({ service: { ...target, ...service } as OpenAiService, dimensions: 4, retries: 2 });
}

test('sends 64 texts per request and returns unit vectors in the order of the texts', async () => {
  const embedder = await embedderFor(embeddings);
  const texts = Array.from({ length: 150 }, (_, index) => 'x'.repeat(index));
  const vectors = await embedder.embed(texts);
  expect(server?.requests.map(({ body }) => (body.input as string[]).length)).toEqual([64, 64, 22]);
  for (const [index, vector] of vectors.entries()) {
    // An empty text is sent as a space: the services refuse an empty one.
    const length = Math.max(1, index);
    expect(vector[0]).toBeCloseTo(length / Math.hypot(length, 1), 6);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  }
  expect(embedder.id).toBe('openai-text-embedding-3-small-4');
  expect(embedder.fusion).toEqual({ lexical: 0.5, dense: 0.5 });
  const [request] = server?.requests ?? [];
  expect(request?.path).toBe('/v1/embeddings');
  expect(request?.headers.authorization).toBe('Bearer secret');
  expect(request?.body).toMatchObject({ model: 'text-embedding-3-small', dimensions: 4, encoding_format: 'float' });
});

test('Azure OpenAI: deployment in the path, version in the query, key in its own header', async () => {
  const embedder = await embedderFor(embeddings, { kind: 'azure-openai' });
  await embedder.embed(['text']);
  const [request] = server?.requests ?? [];
  expect(request?.path).toBe('/openai/deployments/my-embedding/embeddings?api-version=2024-10-21');
  expect(request?.headers['api-key']).toBe('k');
  expect(request?.headers.authorization).toBeUndefined();
});

test('Azure OpenAI without a version: the API v1, with the deployment as model and the key as bearer', async () => {
  const embedder = await embedderFor(embeddings, { kind: 'azure-openai', apiVersion: undefined });
  await embedder.embed(['text']);
  const [request] = server?.requests ?? [];
  expect(request?.path).toBe('/openai/v1/embeddings');
  expect(request?.headers.authorization).toBe('Bearer k');
  expect(request?.body).toMatchObject({ model: 'my-embedding', dimensions: 4 });
});

test('a token that cannot be had is reported, and nothing is sent', async () => {
  const credential = (): Promise<string> => Promise.reject(new Error('no identity here'));
  const embedder = await embedderFor(embeddings, { kind: 'azure-openai', apiVersion: undefined, credential });
  await expect(embedder.embed(['text'])).rejects.toMatchObject({
    code: 'EMBEDDING_UNAVAILABLE',
    message: expect.stringContaining('No token of the identity') as string,
  });
  expect(server?.requests).toEqual([]);
});

test.each([['2024-10-21'], [undefined]])(
  'Azure OpenAI, version %s: gets a token of the identity before each request',
  async (apiVersion) => {
    let tokens = 0;
    const credential = (): Promise<string> => Promise.resolve(`token-${++tokens}`);
    const embedder = await embedderFor(embeddings, { kind: 'azure-openai', apiVersion, credential });
    await embedder.embed(['one']);
    await embedder.embed(['two']);
    expect(server?.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  },
);

test('waits for the time in Retry-After and tries again', async () => {
  const embedder = await embedderFor((request, number) =>
    number === 1 ? { ...failure(429, 'Too many requests'), headers: { 'retry-after-ms': '20' } } : embeddings(request),
  );
  expect(await embedder.embed(['text'])).toHaveLength(1);
  expect(server?.requests).toHaveLength(2);
});

test('does not send the dimensions parameter to a model that does not support it', async () => {
  const embedder = await embedderFor((request) =>
    'dimensions' in request.body
      ? failure(400, 'This model does not support specifying dimensions.')
      : embeddings(request),
  );
  await embedder.embed(['one']);
  await embedder.embed(['two']);
  expect(server?.requests.map(({ body }) => 'dimensions' in body)).toEqual([true, false, false]);
});

test.each([
  [401, 'Incorrect API key provided', 'EMBEDDING_DENIED', false],
  [404, 'The API deployment for this resource does not exist', 'EMBEDDING_MODEL_NOT_FOUND', false],
  [400, 'This input is too long', 'EMBEDDING_REJECTED', false],
  [429, 'Requests have exceeded the rate limit', 'EMBEDDING_RATE_LIMITED', true],
  [503, 'The service is temporarily unable to process your request', 'EMBEDDING_UNAVAILABLE', true],
])('HTTP %i %s is reported as %s', async (status, message, code, retryable) => {
  const embedder = await embedderFor(() => ({ ...failure(status, message), headers: { 'retry-after-ms': '1' } }));
  await expect(embedder.embed(['text'])).rejects.toMatchObject({
    code,
    retryable,
    found: expect.stringContaining(message) as string,
  });
  expect(server?.requests).toHaveLength(retryable ? 3 : 1);
});

test('vectors of another length, or too few, are refused', async () => {
  const shorter = await embedderFor(() => ({ body: { data: [{ index: 0, embedding: [1, 0] }] } }));
  await expect(shorter.embed(['text'])).rejects.toMatchObject({
    code: 'EMBEDDING_DIMENSIONS_MISMATCH',
    found: '2 dimensions',
    where: { setting: 'EMBEDDING_DIMENSIONS' },
  });
  await server?.close();
  const fewer = await embedderFor(() => ({ body: { data: [{ index: 0, embedding: [1, 0, 0, 0] }] } }));
  await expect(fewer.embed(['one', 'two'])).rejects.toMatchObject({ code: 'EMBEDDING_INCOMPLETE', retryable: true });
});

test('a service that cannot be reached is reported as unavailable', async () => {
  const embedder = createOpenAiEmbedder({
    service: { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'k', model: 'm' },
    dimensions: 4,
    retries: 0,
  });
  await expect(embedder.embed(['text'])).rejects.toMatchObject({ code: 'EMBEDDING_UNAVAILABLE', retryable: true });
});

test('reports the tokens of each request, or that the service did not say them', async () => {
  const reported: unknown[] = [];
  const withoutUsage = ({ body }: PreparedAnswer): PreparedAnswer => ({
    body: { ...(body as object), usage: undefined },
  });
  const answer = (request: ReceivedRequest, number: number): PreparedAnswer =>
    number === 1 ? embeddings(request) : withoutUsage(embeddings(request));
  server = await startOpenAiServer(answer);
  const service = {
    kind: 'openai' as const,
    baseUrl: `${server.url}/v1`,
    apiKey: 'k',
    model: 'text-embedding-3-small',
  };
  const embedder = createOpenAiEmbedder({ service, dimensions: 4, report: (tokens) => reported.push(tokens) });
  await embedder.embed(Array.from({ length: 65 }, () => 'text'));
  expect(reported).toEqual([{ inputTokens: 8 }, undefined]);
});
