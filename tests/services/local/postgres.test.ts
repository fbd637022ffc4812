import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { postgresFolder, startPostgres, stopLeftOver } from '../../../local/postgres/postgres';
import { createOwnedFolder, isReachable, serverUser } from '../../../local/postgres/serverUser';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('PostgreSQL from npm', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'postgres test '));
  afterAll(() => {
    rmSync(postgresFolder(folder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps rows after a kill -9 and stops a server that was left running', async () => {
    const first = await startPostgres({ dataDirectory: folder });
    await query(first.adminUrl, 'create table kept (n int); insert into kept values (7)');
    await query(first.adminUrl, 'checkpoint');

    const second = await startPostgres({ dataDirectory: folder });
    expect((await first.child.ended).code).toBe(0);
    expect(await query(second.adminUrl, 'select n from kept')).toEqual([{ n: 7 }]);
    // With the server: both are in one process group.
    process.kill(-(second.child.process.pid ?? 0), 'SIGKILL');
    await second.child.ended;

    const third = await startPostgres({ dataDirectory: folder });
    expect(await query(third.adminUrl, 'select n from kept')).toEqual([{ n: 7 }]);
    await third.stop();
  });

  it('refuses a wrong password', async () => {
    const server = await startPostgres({ dataDirectory: folder });
    await expect(query(server.adminUrl.replace(/:[^:@/]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    await server.stop();
  });
});

describe('the user that the server runs as', () => {
  it('is the same user when started by an ordinary user', () => {
    expect(serverUser('/etc/passwd', 1000)).toBeUndefined();
  });

  it('cannot reach a private folder of another user', () => {
    const parent = mkdtempSync(path.join(tmpdir(), 'private-'));
    const stranger = { name: 'stranger', uid: 65533, gid: 65533 };
    expect(isReachable(path.join(parent, 'data'), stranger)).toBe(false);
    rmSync(parent, { recursive: true });
    expect(isReachable(tmpdir(), stranger)).toBe(true);
  });
});

describe('the lock file of a cluster after a crash of the machine', () => {
  it('is removed without ending an unrelated process that has its process id', async () => {
    const cluster = mkdtempSync(path.join(tmpdir(), 'cluster-'));
    const lock = path.join(cluster, 'postmaster.pid');
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'postgres']);
    await once(stranger, 'spawn');
    writeFileSync(lock, `${stranger.pid}\n${cluster}\n`);
    await stopLeftOver(cluster);
    expect(existsSync(lock)).toBe(false);
    const closed = once(stranger, 'close');
    stranger.kill('SIGKILL');
    expect((await closed)[1]).toBe('SIGKILL');
    rmSync(cluster, { recursive: true });
  });
});

describe('a folder for the server', () => {
  const isRoot = process.getuid?.() === 0;

  (isRoot ? it : it.skip)('is reachable also when the umask of root makes new files private', () => {
    const parent = mkdtempSync(path.join('/var/tmp', 'reach-'));
    rmSync(parent, { recursive: true });
    const user = { name: 'stranger', uid: 65533, gid: 65533 };
    const before = process.umask(0o077);
    try {
      createOwnedFolder(path.join(parent, 'postgres', 'cluster'), user);
    } finally {
      process.umask(before);
    }
    expect(isReachable(path.join(parent, 'postgres', 'cluster'), user)).toBe(true);
    expect(statSync(path.join(parent, 'postgres', 'cluster')).uid).toBe(user.uid);
    rmSync(parent, { recursive: true });
  });
});
