import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createQdrantIndex, type QdrantIndexOptions } from '../../../lib/vectors/qdrant';
import { startVectorEndpoint, type VectorEndpoint } from '../../../packages/vector-endpoint/vectorEndpoint';

const EMBEDDER = { id: 'test-4', dimensions: 4 };
const QUESTION = { dense: Float32Array.of(1, 0, 0, 0), lexical: { indices: [3], values: [1] }, filters: {}, limit: 5 };

describe('what the index sends to Qdrant', () => {
  let server: Server;
  let url: string;
  let received: { headers: IncomingHttpHeaders; body: { searches: { using: string; params?: unknown }[] } }[];

  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body: JSON.parse(text) as (typeof received)[number]['body'] });
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ result: [{ points: [] }, { points: [] }], status: 'ok', time: 0 }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const searchWith = async (options: Partial<QdrantIndexOptions>) => {
    await createQdrantIndex({ url, alias: 'a', embedder: EMBEDDER, ...options }).search(QUESTION);
    return received[0];
  };

  it.each([
    ['512 without a setting', {}, 512],
    ['the value of the setting', { hnswEf: 64 }, 64],
  ])('a dense search names its candidate list: %s', async (_, options, expected) => {
    const searches = (await searchWith(options))?.body.searches;
    expect(searches?.map(({ using, params }) => ({ using, params }))).toEqual([
      { using: 'dense', params: { hnsw_ef: expected } },
      { using: 'lexical', params: undefined },
    ]);
  });

  it.each([
    ['auto', 'identity'],
    ['off', 'identity'],
  ] as const)('compression "%s" asks a server on this machine for plain answers', async (compression, expected) => {
    expect((await searchWith({ compression }))?.headers['accept-encoding']).toBe(expected);
  });

  it('compression "on" lets a server on this machine compress', async () => {
    expect((await searchWith({ compression: 'on' }))?.headers['accept-encoding']).toContain('gzip');
  });
});

describe('the health of the index', () => {
  let endpoint: VectorEndpoint;
  let dataDirectory: string;

  beforeAll(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'health-'));
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory, apiKey: 'right' });
  });

  afterAll(async () => {
    await endpoint.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  const indexWith = (apiKey: string | undefined, dimensions = 4) =>
    createQdrantIndex({ url: endpoint.url, apiKey, alias: 'a', embedder: { id: 'test', dimensions } });

  it('is good with the right key, before and after the first run', async () => {
    await expect(indexWith('right').check()).resolves.toBeUndefined();
    await indexWith('right').ensure();
    await expect(indexWith('right').check()).resolves.toBeUndefined();
  });

  it.each([['wrong'], [undefined]])('is bad with the key %p, as every question is', async (apiKey) => {
    await expect(indexWith(apiKey).check()).rejects.toMatchObject({
      code: 'VECTORS_REJECTED',
      where: { setting: 'QDRANT_API_KEY' },
    });
  });

  it('is bad when the collection has another shape than the embedder', async () => {
    await indexWith('right').ensure();
    await expect(indexWith('right', 8).check()).rejects.toMatchObject({ code: 'VECTORS_REJECTED' });
  });
});
