import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The user that PostgreSQL runs as. PostgreSQL refuses to run as root, so root starts it as the system's user `postgres`,
 * or else `nobody`; no user is created. Undefined for an ordinary user, whose own account runs it.
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
      'PostgreSQL does not run as root, and the users postgres and nobody do not exist. Set POSTGRES_URL.',
    );
  return user;
}

/** True when the user can reach the path: it needs execute permission on each folder above. */
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

/** A public folder for files that the server's user must reach, a different one for each data folder. */
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

/** Creates the missing folders of the path so that other users can pass through them, whatever the caller's umask is. */
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
