import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { startChild, startFailure, waitUntilReady, type RunningChild } from '../childProcess';
import { anyFreePort } from '../ports';
import { commandOf, stillRuns } from '../../packages/functions-host/processIdentity';
import { installedPostgresFolder } from './binaries';
import {
  createOwnedFolder,
  isReachable,
  reachableBinaries,
  reachableFolderFor,
  serverUser,
  type SystemUser,
} from './serverUser';

export interface RunningPostgres {
  /** URL of the maintenance database `postgres`. */
  adminUrl: string;
  /** URL of another database on the same server. */
  urlOf: (database: string) => string;
  port: number;
  child: RunningChild;
  stop: () => Promise<void>;
}

const SUPERUSER = 'pipeline';

/**
 * Starts PostgreSQL from the binaries that npm installed, on 127.0.0.1 with a generated password, and waits until it
 * answers. The first start creates the cluster. If a killed session left a server running on the same data, that server
 * is stopped first.
 */
export async function startPostgres(options: {
  dataDirectory: string;
  port?: number;
  logFile?: string;
  abandon?: AbortSignal;
}): Promise<RunningPostgres> {
  const port = options.port ?? (await anyFreePort());
  const user = serverUser();
  const folder = postgresFolder(options.dataDirectory);
  const binaries = reachableBinaries(installedPostgresFolder(), user, folder);
  const cluster = path.join(folder, 'cluster');
  const passwordFile = path.join(folder, 'password');
  createOwnedFolder(folder, user);
  if (!existsSync(cluster)) createCluster(binaries, folder, cluster, passwordFile, user);
  await stopLeftOver(cluster);

  const child = await startChild({
    name: 'PostgreSQL',
    command: executable(binaries, 'postgres'),
    arguments: [
      ...['-D', cluster, '-p', `${port}`],
      ...setting('listen_addresses', '127.0.0.1'),
      // Unix sockets need paths of at most 107 bytes. TCP works everywhere.
      ...setting('unix_socket_directories', ''),
      ...setting('shared_buffers', '64MB'),
      ...setting('max_connections', '60'),
      // A crash of the machine may lose the last commits but never consistency. The lake can rebuild them.
      ...setting('synchronous_commit', 'off'),
    ],
    workingDirectory: folder,
    logFile: options.logFile ?? path.join(options.dataDirectory, 'postgres.log'),
    user,
    // PostgreSQL's "fast" shutdown: it ends sessions and writes a checkpoint.
    stopSignal: 'SIGINT',
    endsWithParent: true,
  });
  const password = readFileSync(passwordFile, 'utf8').trim();
  const urlOf = (database: string): string => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  await waitUntilReady(child, () => acceptsSessions(urlOf('postgres')), { abandon: options.abandon });
  return { adminUrl: urlOf('postgres'), urlOf, port, child, stop: () => child.stop(undefined, 20000) };
}

/** The cluster's folder: in the data folder, or in another folder when the server's user cannot reach root's data folder. */
export function postgresFolder(dataDirectory: string): string {
  const inside = path.join(path.resolve(dataDirectory), 'postgres');
  const user = serverUser();
  return user && !isReachable(inside, user) ? path.join(reachableFolderFor(dataDirectory), 'postgres') : inside;
}

/** Stops a server that a killed session left running on this data, so that its port is free again. */
export async function stopLeftOverPostgres(dataDirectory: string): Promise<void> {
  await stopLeftOver(path.join(postgresFolder(dataDirectory), 'cluster'));
}

/** True when the cluster lies in the data folder and belongs to another system user. */
export function postgresIsInside(dataDirectory: string): boolean {
  const user = serverUser();
  return user !== undefined && existsSync(path.join(path.resolve(dataDirectory), 'postgres', 'cluster'));
}

function executable(binaries: string, name: string): string {
  return path.join(binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

function setting(name: string, value: string): string[] {
  return ['-c', `${name}=${value}`];
}

/** Runs initdb in a draft folder and renames it, so that an interrupted first start leaves no incomplete cluster. */
function createCluster(
  binaries: string,
  folder: string,
  cluster: string,
  passwordFile: string,
  user: SystemUser | undefined,
): void {
  const draft = `${cluster}.draft`;
  rmSync(draft, { recursive: true, force: true });
  createOwnedFolder(draft, user);
  writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const result = spawnSync(
    executable(binaries, 'initdb'),
    [
      ...['-D', draft, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions', '--no-sync'],
    ],
    { cwd: folder, encoding: 'utf8', uid: user?.uid, gid: user?.gid, env: { PATH: process.env.PATH, TZ: 'UTC' } },
  );
  if (result.status !== 0) {
    throw startFailure(`PostgreSQL's initdb failed:\n${result.error?.message ?? `${result.stdout}${result.stderr}`}`);
  }
  renameSync(draft, cluster);
}

/**
 * Stops the PostgreSQL server of a killed supervisor. The server's process id is in the cluster's lock file. After a crash
 * of the machine the file remains and another process may have the same id, even another PostgreSQL server. Our server has
 * the cluster's path in its command line. Any other process is left running, and the lock file is deleted, because
 * PostgreSQL would mistake that process for a server on this cluster.
 */
export async function stopLeftOver(cluster: string): Promise<void> {
  const lock = path.join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const command = commandOf(pid);
  if (command === undefined) {
    // In a container whose first process reaps no orphans, an ended server stays in the table of processes.
    if (process.platform === 'linux' && stillRuns({ pid })) rmSync(lock, { force: true });
    return;
  }
  if (!command.includes(cluster)) return rmSync(lock, { force: true });
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < 20000 && commandOf(pid)?.includes(cluster); waited += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A listening port is not enough: a server that recovers from a crash listens and refuses sessions. */
async function acceptsSessions(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return true;
  } finally {
    await client.end();
  }
}
