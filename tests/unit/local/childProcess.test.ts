import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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

it('has ended when its process is killed, and what it has started is ended too, although it holds the output', async () => {
  const endless = 'setInterval(() => {}, 1000)';
  const child = await startChild({
    name: 'parent',
    command: process.execPath,
    arguments: [
      '-e',
      `const { spawn } = require('node:child_process');
       const left = spawn(process.execPath, ['-e', ${JSON.stringify(endless)}], { stdio: 'inherit' });
       console.log('left behind: ' + left.pid); ${endless}`,
    ],
    logFile: path.join(folder, 'log'),
  });
  await waitUntilReady(child, async () => child.lastLines().includes('left behind'));
  const pid = Number(/left behind: (\d+)/.exec(child.lastLines())?.[1]);
  expect(isAlive(pid)).toBe(true);
  child.process.kill('SIGKILL');
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
  while (isAlive(pid)) await pause(20);
});

/** A killed process stays known until its new parent has asked for its end. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
