import { createServer } from 'node:http';
import { anyFreePort } from '../../../local/ports';
import { expectHttp, expectPostgres } from '../../../local/platform/reachable';

it('accepts any response of an HTTP server', async () => {
  const server = createServer((_request, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await expect(expectHttp('VECTORS_UNREACHABLE', 'QDRANT_URL', `http://127.0.0.1:${port}`)).resolves.toBeUndefined();
  server.close();
});

it('names the setting of a server that cannot be reached', async () => {
  const port = await anyFreePort();
  await expect(expectHttp('VECTORS_UNREACHABLE', 'QDRANT_URL', `http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: 'VECTORS_UNREACHABLE',
    where: { setting: 'QDRANT_URL' },
    found: expect.stringContaining('ECONNREFUSED') as string,
  });
  await expect(expectPostgres(`postgres://u:secret@127.0.0.1:${port}/x`)).rejects.toMatchObject({
    code: 'POSTGRES_UNREACHABLE',
    where: { setting: 'POSTGRES_URL' },
    found: expect.not.stringContaining('secret') as string,
  });
});

it('ends at once when the start is aborted', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const abandon = new AbortController();
  const asked = expectHttp('VECTORS_UNREACHABLE', 'QDRANT_URL', `http://127.0.0.1:${port}`, abandon.signal);
  abandon.abort(new Error('aborted'));
  await expect(asked).rejects.toThrow('aborted');
  server.closeAllConnections();
  server.close();
});
