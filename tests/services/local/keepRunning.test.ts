import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../local/childProcess';
import { childScript } from '../../../local/childScript';
import { keepRunning } from '../../../local/platform/keepRunning';
import type { Service } from '../../../local/platform/services';

const folder = mkdtempSync(path.join(tmpdir(), 'keep-running-'));
const services: Service[] = [];
afterAll(async () => {
  for (const service of services) await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a Node.js program as a service of the platform. */
async function begin(program: string, lossAfterDeath?: string): Promise<Service> {
  const child = await startChild({
    name: 'a service',
    command: process.execPath,
    arguments: ['-e', program],
    logFile: path.join(folder, 'log'),
  });
  const service = { name: 'service', url: '', settings: {}, child, lossAfterDeath, stop: () => child.stop() };
  services.push(service);
  return service;
}

const WAITS = 'setInterval(() => {}, 1000)';

async function watch(first: string, next: string | Error, isFull = false) {
  const said: string[] = [];
  const replaced: Service[] = [];
  const stopping = new AbortController();
  const death = keepRunning(await begin(first), {
    begin: () => (next instanceof Error ? Promise.reject(next) : begin(next)),
    replaced: (service) => replaced.push(service),
    say: (line) => said.push(line),
    isDiskFull: () => Promise.resolve(isFull),
    stopping: stopping.signal,
    firstDelayInMilliseconds: 1,
  });
  return { death, said, replaced, stopping };
}

test('a service that dies is started again, and the one that replaces it is known', async () => {
  const { said, replaced, stopping } = await watch('process.exit(3)', WAITS);
  while (replaced.length === 0) await sleep(5);
  expect(said).toEqual(['a service ended unexpectedly (exit code 3); restart 1 of 5 in 0.001 s', 'service runs again']);
  stopping.abort();
  await replaced[0]?.stop();
});

test('what a death may have lost is said after the restart', async () => {
  const said: string[] = [];
  const stopping = new AbortController();
  const replaced: Service[] = [];
  void keepRunning(await begin('process.exit(3)', 'the last seconds may be lost'), {
    begin: () => begin(WAITS, 'the last seconds may be lost'),
    replaced: (service) => replaced.push(service),
    say: (line) => said.push(line),
    isDiskFull: () => Promise.resolve(false),
    stopping: stopping.signal,
    firstDelayInMilliseconds: 1,
  });
  while (said.length < 3) await sleep(5);
  expect(said.slice(1)).toEqual(['service runs again', 'the last seconds may be lost']);
  stopping.abort();
  await replaced[0]?.stop();
});

test('one that dies again and again is given up, after longer and longer pauses', async () => {
  const { death, said } = await watch('process.exit(1)', 'console.log("no luck"); process.exit(2)');
  expect(await death).toEqual({ name: 'a service', how: 'exit code 2', lastLines: 'no luck' });
  const pauses = said.flatMap((line) => /in ([\d.]+) s/.exec(line)?.[1] ?? []);
  expect(pauses).toEqual(['0.001', '0.002', '0.004', '0.008', '0.016']);
});

test('one that cannot be started again is given up, with the reason', async () => {
  const { death } = await watch('process.exit(1)', new Error('the port is in use'));
  expect(await death).toMatchObject({ how: 'not started', lastLines: 'the port is in use' });
});

test('one that dies of a full disk is not started again', async () => {
  const { death, replaced } = await watch(
    'console.log("ENOSPC: no space left on device, write"); process.exit(1)',
    WAITS,
  );
  expect((await death).lastLines).toContain('ENOSPC');
  expect(replaced).toEqual([]);
});

test('one that dies while the disk is full is not started again, whatever it said', async () => {
  const { death, replaced } = await watch('process.exit(1)', WAITS, true);
  expect((await death).how).toBe('exit code 1');
  expect(replaced).toEqual([]);
});

test('the end of a service while the platform stops is not a death', async () => {
  const { death, said, stopping } = await watch(WAITS, WAITS);
  stopping.abort();
  expect(await Promise.race([death, sleep(200, 'nothing')])).toBe('nothing');
  expect(said).toEqual([]);
});

test('a program that does not watch its parent ends when its parent is killed', async () => {
  const marker = path.join(folder, 'ended');
  const program = `process.on('SIGINT', () => { require('fs').writeFileSync(${JSON.stringify(marker)}, ''); process.exit(0); }); ${WAITS}; console.log('ready')`;
  const parent = path.join(folder, 'parent.cjs');
  const source = `
    const { fork } = require('node:child_process');
    const child = fork(process.argv[2], [process.argv[3]], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    child.stdout.once('data', () => process.kill(process.pid, 'SIGKILL'));`;
  writeFileSync(parent, source);
  const watched = { command: process.execPath, arguments: ['-e', program], stopSignal: 'SIGINT' };
  const killed = await startChild({
    name: 'parent',
    command: process.execPath,
    arguments: [parent, childScript('endWithParent'), JSON.stringify(watched)],
    logFile: path.join(folder, 'parent.log'),
  });
  expect((await killed.ended).signal).toBe('SIGKILL');
  while (!existsSync(marker)) await sleep(10);
  expect(existsSync(marker)).toBe(true);
});
