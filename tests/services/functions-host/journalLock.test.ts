import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { lockFolder } from '../../../packages/functions-host/durable/journal/journalLock';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const folder = temporaryFolder();
const file = path.join(folder, 'durable.lock');
const holder = (pid: number) => JSON.stringify({ pid, since: '2024-01-01T00:00:00.000Z' });

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return child.pid ?? 0;
}

afterEach(() => fs.rmSync(file, { force: true }));

test('the lock has one holder at a time, and is free after its release', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`is in use by process ${process.pid}`);
  release();
  expect(fs.readdirSync(folder)).toEqual([]);
  lockFolder(folder)();
});

test('the lock of a running process is refused, with the process and a remedy', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  try {
    fs.writeFileSync(file, holder(child.pid ?? 0));
    expect(() => lockFolder(folder)).toThrow(new RegExp(`in use by process ${child.pid}.*delete .*durable\\.lock`));
    expect(fs.readFileSync(file, 'utf8')).toBe(holder(child.pid ?? 0));
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  expect(fs.readdirSync(folder)).toEqual(['durable.lock']);
});

test('the lock of a dead process is taken over', async () => {
  fs.writeFileSync(file, holder(await deadPid()));
  const release = lockFolder(folder);
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a lock with our own process id, left by a restarted machine or container, is taken over', () => {
  fs.writeFileSync(file, holder(process.pid));
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow('is in use');
  release();
});

test('an unreadable lock is taken over', () => {
  fs.writeFileSync(file, '');
  const release = lockFolder(folder);
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  release();
});

test('a lock that was taken over by another process is not removed at release', async () => {
  const release = lockFolder(folder);
  const other = holder(await deadPid());
  fs.writeFileSync(file, other);
  release();
  expect(fs.readFileSync(file, 'utf8')).toBe(other);
});

(process.platform === 'linux' ? test : test.skip)(
  'a later process with the number of the holder does not keep the lock',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    try {
      fs.writeFileSync(file, JSON.stringify({ pid: child.pid, since: '2024-01-01T00:00:00.000Z', startedAt: '1' }));
      lockFolder(folder)();
      expect(fs.readdirSync(folder)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  },
);
