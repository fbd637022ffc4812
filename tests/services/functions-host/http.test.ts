import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { sharedHost } from '../../support/functions-host/sharedHost';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const folder = temporaryFolder();

const corsHost = sharedHost();

describe.each<[string, Record<string, string>]>([
  ['streamed through the library', {}],
  ['whole within the invocation', { DEMO_STREAM: 'off' }],
])('HTTP %s', (_, environment) => {
  const host = sharedHost({ environment });
  const get = (path: string, init?: RequestInit) => fetch(`${host.current().origin}${path}`, init);

  test('method, parameters, query, body, headers, cookies, settings', async () => {
    const response = await get('/api/hello/W%C3%B6rld?q=a%20b', {
      method: 'POST',
      body: 'some text',
      headers: { 'user-agent': 'test/1' },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-demo')).toBe('1');
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split('; ').sort());
    expect(cookies).toEqual([
      ['HttpOnly', 'Path=/', 'SameSite=Lax', 'c=v%20w'],
      ['Max-Age=60', 'd=e'],
    ]);
    const port = new URL(host.current().origin).port;
    expect(await response.json()).toEqual({
      name: 'Wörld',
      q: 'a b',
      method: 'POST',
      body: 'some text',
      url: `${host.current().origin}/api/hello/W%C3%B6rld?q=a%20b`,
      agent: 'test/1',
      greeting: 'from the file',
      hostname: `localhost:${port}`,
      environment: 'Development',
    });
  });

  test('a hook after an invocation sees null where there is no error or no result, and the text of any thrown value', async () => {
    await get('/api/afterResult');
    for (const value of ['undefined', 'null', 'text', 'object', 'number']) {
      expect((await get(`/api/afterThrow?value=${value}`)).status).toBe(500);
    }
    const thrown = (error: string) => ({ name: 'afterThrow', result: null, error });
    expect(await (await get('/api/seen')).json()).toEqual([
      { name: 'afterResult', result: { body: 'fine' }, error: null },
      ...['Unknown error', 'Unknown error', 'text', '{"code":7}', '5'].map(thrown),
    ]);
  });

  test('an optional parameter may be missing', async () => {
    expect(await (await get('/api/hello')).json()).toMatchObject({ name: null });
  });

  test('a literal route matches before a parameter, and a constraint accepts only its type', async () => {
    expect(await (await get('/api/items/search')).text()).toBe('search');
    expect(await (await get('/api/items/42')).json()).toEqual({ item: '42' });
    expect((await get('/api/items/x42')).status).toBe(404);
  });

  test('a catch-all parameter takes the rest of the path', async () => {
    expect(await (await get('/api/files/a/b%20c/d')).json()).toEqual({ path: 'a/b c/d' });
  });

  test('unknown paths and methods are 404, a bad path 400', async () => {
    expect((await get('/api/nobody')).status).toBe(404);
    expect((await get('/hello')).status).toBe(404);
    expect((await get('/api/hello', { method: 'DELETE' })).status).toBe(404);
    expect((await get('/api/hello/%zz')).status).toBe(400);
  });

  test('a function that throws gives 500, and the host continues', async () => {
    const response = await get('/api/boom');
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    expect((await get('/api/items/1')).status).toBe(200);
    expect(host.current().output()).toMatch(/error \[boom\] Error: boom/);
  });

  test('a function that returns nothing gives 204', async () => {
    expect((await get('/api/nothing')).status).toBe(204);
  });

  test('a hook may replace the input', async () => {
    expect(await (await get('/api/hooked')).json()).toEqual({ changed: true });
  });

  test('a large upload arrives complete', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 7);
    expect(await (await get('/api/upload', { method: 'POST', body })).json()).toEqual({ bytes: body.length });
  });
});

test('only pages of the allowed origins may call it', async () => {
  const origin = 'http://localhost:5173';
  const from = (page: string, init: RequestInit = {}) =>
    fetch(`${corsHost.current().origin}/api/items/search`, { ...init, headers: { origin: page, ...init.headers } });
  const allowed = await from(origin);
  expect(await allowed.text()).toBe('search');
  expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
  expect((await from('http://elsewhere')).headers.get('access-control-allow-origin')).toBeNull();
  const headers = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const preflight = await from(origin, { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
});

describe('streams', () => {
  test('parameters have the values of the query too, as on Azure; those of the route win', async () => {
    const response = await fetch(`${corsHost.current().origin}/api/params/7?id=8&q=a%20b`);
    expect(await response.json()).toMatchObject({ id: '7', q: 'a b' });
  });

  const host = sharedHost();

  test('a chunk arrives before the next one is created', async () => {
    const gate = path.join(folder, 'gate');
    const response = await fetch(`${host.current().origin}/api/stream?gate=${encodeURIComponent(gate)}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) {
      // The function makes the next chunk only when this file exists: a buffered response would never end.
      fs.writeFileSync(`${gate}.${chunks.length}`, '');
      chunks.push(Buffer.from(chunk as Uint8Array).toString());
    }
    expect(chunks).toEqual(['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
  });

  test('an error in the middle of a stream closes the connection with an error', async () => {
    const gate = path.join(folder, 'error');
    const response = await fetch(`${host.current().origin}/api/stream?failAt=2&gate=${encodeURIComponent(gate)}`);
    expect(response.status).toBe(200);
    for (const i of [0, 1]) fs.writeFileSync(`${gate}.${i}`, '');
    await expect(response.text()).rejects.toThrow();
  });

  test('the host continues when a client disconnects in the middle', async () => {
    const gate = path.join(folder, 'away');
    await new Promise<void>((resolve) => {
      const request = http.get(`${host.current().origin}/api/stream?gate=${encodeURIComponent(gate)}`, (response) => {
        response.once('data', () => {
          response.on('error', () => undefined);
          request.destroy();
          resolve();
        });
      });
      request.on('error', () => undefined);
    });
    for (const i of [0, 1, 2, 3]) fs.writeFileSync(`${gate}.${i}`, '');
    expect((await fetch(`${host.current().origin}/api/items/1`)).status).toBe(200);
  });

  test('the HTTP server of the library does not listen on the network', async () => {
    const uri = /streaming through http:\/\/127\.0\.0\.1:(\d+)/.exec(host.current().output());
    const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
    const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
    expect(uri).not.toBeNull();
    // A machine without a network interface has no address to test.
    if (!outside) return;
    await expect(connects(Number(uri?.[1]), outside.address)).resolves.toBe(false);
    await expect(connects(Number(uri?.[1]), '127.0.0.1')).resolves.toBe(true);
  });
});

async function connects(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, address, () => resolve(true));
    socket.on('connect', () => socket.destroy());
    socket.on('error', () => resolve(false));
  });
}
