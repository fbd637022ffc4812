import { request } from 'node:http';
import { isAllowedHost, readHostNames } from '../../../packages/functions-host/http/allowedHosts';
import { HOST_KEY } from '../../support/functions-host/hostProcess';
import { sharedHost } from '../../support/functions-host/sharedHost';

const host = sharedHost();

/** `fetch` does not let a caller choose the header Host. */
function statusWith(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, host.current().origin), { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

test.each([
  ['localhost:7071', true],
  ['127.0.0.1:7071', true],
  ['[::1]:7071', true],
  ['app.localhost', true],
  ['192.168.1.5', true],
  ['evil.example:7071', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['my-box', false],
  ['a b', false],
  ['evil.example@127.0.0.1', false],
  ['127.0.0.1/evil.example', false],
  ['127.0.0.1?evil.example', false],
])('the Host %s is allowed: %j', (header, expected) => {
  expect(isAllowedHost(header)).toBe(expected);
});

test('a name is allowed when the command line has it', () => {
  const names = readHostNames(' My-Box , other.example');
  expect(names).toEqual(['my-box', 'other.example']);
  expect(isAllowedHost('MY-BOX:7071', names)).toBe(true);
});

test('a page with a name of its own reaches nothing', async () => {
  expect(await statusWith('/api/echo/a', { host: 'evil.example' })).toBe(403);
  expect(await statusWith('/admin/host/status', { host: 'evil.example', 'x-functions-key': HOST_KEY })).toBe(403);
});

test('management and admin calls need the key', async () => {
  const { origin } = host.current();
  const paths = ['/runtime/webhooks/durabletask/instances', '/admin/host/status'];
  for (const path of paths) {
    expect((await fetch(`${origin}${path}`)).status).toBe(401);
    expect((await fetch(`${origin}${path}?code=wrong`)).status).toBe(401);
    expect((await fetch(`${origin}${path}?code=${HOST_KEY}`)).status).toBe(200);
    expect((await fetch(`${origin}${path}`, { headers: { 'x-functions-key': HOST_KEY } })).status).toBe(200);
  }
  const started = await fetch(`${origin}/runtime/webhooks/durabletask/orchestrators/sequence`, { method: 'POST' });
  expect(started.status).toBe(401);
});

test('a body over the limit is refused, announced or not', async () => {
  const url = `${host.current().origin}/runtime/webhooks/durabletask/orchestrators/sequence?code=${HOST_KEY}`;
  const body = Buffer.alloc(5 * 1024 * 1024, '1');
  const announced = await fetch(url, { method: 'POST', body });
  expect(announced.status).toBe(413);
  const stream = ReadableStream.from([body.subarray(0, 3_000_000), body.subarray(0, 3_000_000)]);
  const streamed = await fetch(url, { method: 'POST', body: stream, duplex: 'half' });
  expect(streamed.status).toBe(413);
});
