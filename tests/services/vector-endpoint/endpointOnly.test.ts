import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVectorEndpoint, type VectorEndpoint } from '../../../packages/vector-endpoint/vectorEndpoint';

// Behaviour of this endpoint only: it refuses features of a real Qdrant with a clear message.

describe('the limits of the vector endpoint', () => {
  let data: string;
  let endpoint: VectorEndpoint;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'vectors-'));
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    await send('PUT', '/collections/c', { vectors: { v: { size: 2, distance: 'Dot' } } });
  });

  afterAll(async () => {
    await endpoint.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const send = async (method: string, path: string, body?: object | string, contentType = 'application/json') => {
    const response = await fetch(endpoint.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': contentType },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const answer = (text === '' ? undefined : JSON.parse(text)) as { status?: { error?: string } } | undefined;
    return { status: response.status, error: answer?.status?.error, text };
  };

  it.each([
    [
      'multivectors',
      'PUT',
      '/collections/m',
      { vectors: { v: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } } } },
    ],
    ['datatypes', 'PUT', '/collections/m', { vectors: { v: { size: 2, distance: 'Dot', datatype: 'uint8' } } }],
    ['custom sharding', 'PUT', '/collections/m', { sharding_method: 'custom' }],
    ['strict mode', 'PUT', '/collections/m', { strict_mode_config: { enabled: true } }],
    ['geo indexes', 'PUT', '/collections/c/index', { field_name: 'g', field_schema: 'geo' }],
    [
      'stemming',
      'PUT',
      '/collections/c/index',
      { field_name: 't', field_schema: { type: 'text', stemmer: { type: 'snowball', language: 'english' } } },
    ],
    [
      'geo filters',
      'POST',
      '/collections/c/points/scroll',
      { filter: { must: [{ key: 'g', geo_radius: { center: { lon: 0, lat: 0 }, radius: 1 } }] } },
    ],
    ['recommendation', 'POST', '/collections/c/points/query', { query: { recommend: { positive: [1] } } }],
    [
      'diversity',
      'POST',
      '/collections/c/points/query',
      { query: { nearest: [1, 2], mmr: { diversity: 0.5 } }, using: 'v' },
    ],
    ['formulas', 'POST', '/collections/c/points/query', { prefetch: [{}], query: { formula: '$score' } }],
    ['inference', 'POST', '/collections/c/points/query', { query: { text: 'a', model: 'm' }, using: 'v' }],
    [
      'inference on writing',
      'PUT',
      '/collections/c/points',
      { points: [{ id: 1, vector: { v: { text: 'a', model: 'm' } } }] },
    ],
    ['snapshots', 'POST', '/collections/c/snapshots', {}],
    ['telemetry', 'GET', '/telemetry', undefined],
  ])('answers 501 to %s', async (_what, method, path, body) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(501);
    expect(answer.error).toMatch(
      /^Not supported by the local vector endpoint: .*Set QDRANT_URL to use a real Qdrant\.$/,
    );
  });

  it('refuses ids that JavaScript cannot hold', async () => {
    const answer = await send('PUT', '/collections/c/points', '{"points":[{"id":9007199254740993,"vector":{}}]}');
    expect(answer).toMatchObject({ status: 400, error: expect.stringContaining('is not a valid point ID') as string });
  });

  it('refuses bodies of another content type, and of more than 32 MB', async () => {
    expect(await send('POST', '/collections/c/points/scroll', '{}', 'text/plain')).toMatchObject({
      status: 400,
      error: 'Content type error',
    });
    const large = `{"text":"${'x'.repeat(33 * 1024 * 1024)}"}`;
    expect(await send('POST', '/collections/c/points/scroll', large)).toMatchObject({
      status: 400,
      error: expect.stringContaining('larger than allowed (limit: 33554432 bytes)') as string,
    });
  });

  it('answers 404 without a body to unknown paths', async () => {
    expect(await send('GET', '/collections/c/nothing/here')).toMatchObject({ status: 404, text: '' });
    expect(await send('DELETE', '/collections')).toMatchObject({ status: 404, text: '' });
  });

  it('keeps payload keys with the names of object members', async () => {
    const payload = '{"__proto__":{"a":1},"constructor":"c","toString":[1]}';
    expect(
      await send('PUT', '/collections/c/points?wait=true', `{"points":[{"id":1,"vector":{},"payload":${payload}}]}`),
    ).toMatchObject({ status: 200 });
    await send('POST', '/collections/c/points/payload?wait=true', '{"points":[1],"payload":{"b":2}}');
    const stored = await send('GET', '/collections/c/points/1');
    expect(stored.text).toContain('"payload":{"__proto__":{"a":1},"constructor":"c","toString":[1],"b":2}');
    const missing = { must: [{ is_empty: { key: 'hasOwnProperty' } }] };
    expect((await send('POST', '/collections/c/points/count', { filter: missing })).text).toContain('"count":1');
  });

  it('does not wait for idle connections when it stops', async () => {
    const other = await startVectorEndpoint({ port: 0, dataDirectory: join(data, 'other') });
    await (await fetch(other.url)).text();
    await expect(other.stop()).resolves.toBeUndefined();
  });
});
