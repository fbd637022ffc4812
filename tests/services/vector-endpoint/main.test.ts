import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileVectorEndpoint, run, type RunningProcess } from '../../support/vector-endpoint/runningEndpoint';

describe('the vector endpoint as a process', () => {
  let compiled: ReturnType<typeof compileVectorEndpoint>;
  let data: string;
  const running: RunningProcess[] = [];

  beforeAll(() => {
    compiled = compileVectorEndpoint();
  });

  afterAll(() => compiled.remove());

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'vectors with a space-'));
  });

  afterEach(async () => {
    for (const each of running.splice(0)) {
      each.process.kill('SIGKILL');
      await each.ended;
    }
    rmSync(data, { recursive: true, force: true });
  });

  const start = (...more: string[]) => {
    const started = run(compiled.mainFile, ['--port', '0', '--data', data, ...more]);
    running.push(started);
    return started;
  };

  const urlOf = async (started: RunningProcess) => (await started.prints(/http:\/\/127\.0\.0\.1:\d+/))[0];

  const put = async (url: string, body: object) => {
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  };

  it('keeps acknowledged changes when it is killed', async () => {
    const first = start();
    const url = await urlOf(first);
    await put(`${url}/collections/c`, { vectors: { v: { size: 2, distance: 'Dot' } } });
    for (let id = 1; id <= 20; id++) {
      await put(`${url}/collections/c/points?wait=true`, { points: [{ id, vector: { v: [id, 1] }, payload: { id } }] });
    }
    first.process.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');

    const second = start();
    const response = await fetch(`${await urlOf(second)}/collections/c/points/20`);
    expect(await response.json()).toMatchObject({ result: { id: 20, payload: { id: 20 }, vector: { v: [20, 1] } } });
  });

  it('stops cleanly on SIGTERM and releases the folder', async () => {
    const first = start();
    await urlOf(first);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.errors()).toBe('');
    expect(await urlOf(start())).toContain('http');
  });

  it('refuses a folder in use with one line', async () => {
    const first = start();
    await urlOf(first);
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.errors()).toMatch(
      /^vector endpoint: the vector data in .* is in use by process \d+; stop it first\n$/,
    );
  });

  it('refuses a busy port with one line', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as AddressInfo).port));
    });
    const refused = run(compiled.mainFile, ['--port', String(port), '--data', data]);
    running.push(refused);
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toBe(
      'vector endpoint: the port is already in use; stop the process that uses it, or choose another with --port\n',
    );
    await new Promise((resolve) => blocker.close(resolve));
  });

  it.each([[['--port', 'x', '--data', 'd']], [['--port', '0']], [['--prot', '0']]])(
    'prints its usage for %j',
    async (args) => {
      const refused = run(compiled.mainFile, args);
      expect(await refused.ended).toBe(1);
      expect(refused.errors()).toContain('usage: node main.js --port N --data DIRECTORY [--exit-with-parent]');
    },
  );

  it('ends when its parent ends', async () => {
    const parentFile = join(data, 'parent.js');
    writeFileSync(
      parentFile,
      `require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });`,
    );
    const parent = run(parentFile, [
      compiled.mainFile,
      '--port',
      '0',
      '--data',
      join(data, 'vectors'),
      '--exit-with-parent',
    ]);
    running.push(parent);
    const url = await urlOf(parent);
    parent.process.kill('SIGKILL');
    // The endpoint has inherited the output of its parent, which therefore closes when the endpoint ends.
    await parent.ended;
    await expect(fetch(url)).rejects.toThrow();
  });
});
