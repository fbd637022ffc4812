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
