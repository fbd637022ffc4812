import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createQdrantIndex } from '../../lib/vectors/qdrant';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Breaks the first `broken` connections under their request, then answers a count of 7. */
async function flaky(broken: number): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  server = createServer((request, response) => {
    request.resume();
    requests += 1;
    if (requests <= broken) return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ result: { count: 7 }, status: 'ok', time: 0 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

describe('a connection that breaks under a request', () => {
  const embedder = { id: 'e', dimensions: 4 };

  it('is opened again once', async () => {
    const { url, requests } = await flaky(1);
    expect(await createQdrantIndex({ url, alias: 'a', embedder }).count({ dataset: 'd' })).toBe(7);
    expect(requests()).toBe(2);
  });

  it('is an outage when it breaks again', async () => {
    const { url } = await flaky(2);
    await expect(createQdrantIndex({ url, alias: 'a', embedder }).count({ dataset: 'd' })).rejects.toMatchObject({
      code: 'VECTORS_UNAVAILABLE',
      retryable: true,
    });
  });
});
