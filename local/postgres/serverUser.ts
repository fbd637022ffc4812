import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. As root it runs as the system's `postgres` user, or else `nobody`: nothing is added
 * to the system. Undefined for an ordinary user, who runs it as himself.
 */
export function serverUser(passwdFile = '/etc/passwd', uid = process.getuid?.()): SystemUser | undefined {
  if (uid !== 0) return undefined;
  const users = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , userId, groupId]) => ({ name: name ?? '', uid: Number(userId), gid: Number(groupId) }));
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (!user)
    throw new Error(
      'PostgreSQL does not run as root, and there is neither a user postgres nor nobody. Set POSTGRES_URL.',
    );
  return user;
}

/** True when the user may walk down to the path: execute permission on each folder above it. */
export function isReachable(target: string, user: SystemUser): boolean {
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}

/** A folder outside the private ones, one for each project folder, for what the server's user has to reach. */
export function reachableFolderFor(dataDirectory: string): string {
  const key = createHash('sha256').update(path.resolve(dataDirectory)).digest('hex').slice(0, 12);
  return path.join('/var/tmp', `pipeline-x-${key}`);
}

/** The binaries, or a copy of them in `folder` when the user can't reach the installed ones. */
export function reachableBinaries(installed: string, user: SystemUser | undefined, folder: string): string {
  if (!user || isReachable(installed, user)) return installed;
  const copy = path.join(folder, 'binaries');
  if (!existsSync(path.join(copy, 'complete'))) {
    makeOpenFolders(folder);
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
    mkdirSync(path.join(copy, 'complete'));
  }
  return copy;
}

/** Makes what is missing of the path so that others may walk through, whatever the caller's umask takes away. */
function makeOpenFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeOpenFolders(path.dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** Creates a folder that the server's user owns. */
export function createOwnedFolder(folder: string, user: SystemUser | undefined): void {
  if (user) makeOpenFolders(folder);
  else mkdirSync(folder, { recursive: true });
  if (user) chownSync(folder, user.uid, user.gid);
}
