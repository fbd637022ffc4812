import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild, waitUntilReady, type RunningChild } from '../../../local/childProcess';

const folder = mkdtempSync(path.join(tmpdir(), 'child-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sleeper = (): Promise<RunningChild> =>
  startChild({
    name: 'sleeper',
    command: process.execPath,
    arguments: ['-e', 'setInterval(() => {}, 1000)'],
    logFile: path.join(folder, 'log'),
  });
const never = (): Promise<boolean> => new Promise(() => undefined);

it('stops a child that does not become ready in time', async () => {
  const child = await sleeper();
  await expect(waitUntilReady(child, async () => false, { timeoutInMilliseconds: 100 })).rejects.toMatchObject({
    code: 'SERVICE_NOT_STARTED',
    message: expect.stringContaining('did not become ready') as string,
  });
  expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' });
});

it('stops a child whose start is aborted, even if it does not respond', async () => {
  const child = await sleeper();
  const abandon = new AbortController();
  const ready = waitUntilReady(child, never, { abandon: abandon.signal });
  abandon.abort(new Error('aborted'));
  await expect(ready).rejects.toThrow('aborted');
  expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' });
});

it('waits longer than the time-out for a child that reports progress, if asked to', async () => {
  const child = await startChild({
    name: 'reader',
    command: process.execPath,
    arguments: ['-e', 'let n = 0; setInterval(() => console.log(`read ${++n} of 40`), 100)'],
    logFile: path.join(folder, 'log'),
  });
  const isReady = async (): Promise<boolean> => child.lastLines().includes('read 40 of 40');
  await waitUntilReady(child, isReady, { timeoutInMilliseconds: 2000, followsOutput: true });
  expect(child.lastLines()).toContain('read 40 of 40');
  await child.stop();
});
