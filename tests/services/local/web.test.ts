import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anyFreePort } from '../../../local/ports';
import { startWeb, type RunningWeb } from '../../../local/web';

const TOKEN = 'token-of-the-owner-of-this-platform';
const root = mkdtempSync(path.join(tmpdir(), 'web-'));
let api: Server;
let web: RunningWeb;

let noteFirstRead!: () => void;
const firstWasRead = new Promise<void>((resolve) => (noteFirstRead = resolve));
beforeAll(async () => {
  const site = path.join(root, 'site');
  mkdirSync(path.join(site, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'secret.txt'), 'secret');
  writeFileSync(path.join(site, 'index.html'), 'the app');
  writeFileSync(path.join(site, '404.html'), 'not here');
  writeFileSync(path.join(site, 'assets/a.js'), '1');
  writeFileSync(
    path.join(site, 'staticwebapp.config.json'),
    JSON.stringify({ globalHeaders: { 'Content-Security-Policy': "default-src 'self'", 'Cache-Control': 'no-store' } }),
  );
  api = createServer((request, response) => {
    if (request.url === '/api/broken') return void response.writeHead(200).write('begin', () => response.destroy());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('first\n');
    const mayEnd = request.url === '/api/ask' ? firstWasRead : Promise.resolve();
    request.on('end', () => void mayEnd.then(() => response.end('second\n')));
    request.resume();
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  web = await startWeb({
    root: site,
    port: await anyFreePort(),
    apiUrl,
    token: TOKEN,
    allowedHosts: ['pipeline.example'],
  });
});
afterAll(async () => {
  await web.stop();
  await new Promise((resolve) => api.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

describe('the local web server', () => {
  it.each([
    ['/', 200, 'the app'],
    ['/runs/some-run', 200, 'the app'],
    ['/assets/a.js', 200, '1'],
    ['/assets/gone.js', 404, 'not here'],
    ['/%2e%2e/secret.txt', 404, 'not here'],
    ['/..%2fsecret.txt', 404, 'not here'],
  ])('GET %s: %i %s', async (route, status, body) => {
    const response = await fetch(web.url + route);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'self'");
  });

  it('lets browsers cache only hashed assets', async () => {
    expect((await fetch(`${web.url}/assets/a.js`)).headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${web.url}/`)).headers.get('cache-control')).toBe('no-cache');
  });

  it('refuses to write', async () => {
    expect((await fetch(`${web.url}/`, { method: 'POST' })).status).toBe(405);
  });

  it.each(['//', 'http://'])('refuses an invalid path, and continues to serve: %s', async (target) => {
    const { port } = new URL(web.url);
    const status = await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: target }, (response) => resolve(response.resume().statusCode)).once(
        'error',
        reject,
      );
    });
    expect(status).toBe(400);
    expect((await fetch(`${web.url}/`)).status).toBe(200);
  });

  it('closes the connection if a file is missing, and continues to serve', async () => {
    const empty = await startWeb({
      root: path.join(root, 'not-built'),
      port: await anyFreePort(),
      apiUrl: web.url,
      token: TOKEN,
      allowedHosts: ['pipeline.example'],
    });
    await expect(fetch(`${empty.url}/`).then((response) => response.text())).rejects.toThrow();
    expect((await fetch(`${empty.url}/api/runs`)).status).toBe(200);
    await empty.stop();
  });

  it('passes an API stream through chunk by chunk', async () => {
    const response = await fetch(`${web.url}/api/ask`, { method: 'POST', body: '{}' });
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(Buffer.from(chunk as Uint8Array).toString());
      noteFirstRead();
    }
    expect(chunks).toEqual(['first\n', 'second\n']);
  });

  it('closes the connection when the API does', async () => {
    const response = await fetch(`${web.url}/api/broken`);
    await expect(response.text()).rejects.toThrow();
  });

  it('answers with a problem when the API is down', async () => {
    const lonely = await startWeb({
      root,
      port: await anyFreePort(),
      apiUrl: `http://127.0.0.1:${await anyFreePort()}`,
      token: TOKEN,
      allowedHosts: [],
    });
    const response = await fetch(`${lonely.url}/api/runs`);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'API_UNREACHABLE' });
    await lonely.stop();
  });

  it('signs a browser in with the token of the address, and takes it out of the address', async () => {
    const response = await fetch(`${web.url}/runs?token=${TOKEN}&status=Failed`, { redirect: 'manual' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/runs?status=Failed');
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(new RegExp(`^pipeline-x-token-\\d+=${TOKEN};`));
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(attribute);
  });

  it('refuses a wrong token and never sends a browser to another host', async () => {
    expect((await fetch(`${web.url}/?token=wrong`)).status).toBe(403);
    const response = await fetch(`${web.url}//evil.example/?token=${TOKEN}`, { redirect: 'manual' });
    expect(response.headers.get('location') ?? '').not.toMatch(/^\/\//);
  });

  it('serves no page whose name was made to point at this machine', async () => {
    const { hostname, port } = new URL(web.url);
    const statusWith = (host: string) =>
      new Promise((resolve, reject) => {
        get({ hostname, port, path: '/api/runs', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject);
      });
    expect(await statusWith('evil.example')).toBe(403);
    expect(await statusWith('pipeline.example')).toBe(200);
  });
});
