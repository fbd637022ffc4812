import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { diskFullError } from '../problems/diskFullError';
import type { PipelineError } from '../problems/problem';

/** In bytes. `free` is what this process may still write. */
export interface DiskSpace {
  free: number;
  total: number;
}

/** Of the disk that has the folder, which need not exist yet. Undefined when the system does not report it. */
export async function diskSpaceOf(folder: string): Promise<DiskSpace | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(nearestFolder(path.resolve(folder)));
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return undefined;
  }
}

/** The folder itself, or the nearest existing folder above it. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === path.dirname(folder) ? folder : nearestFolder(path.dirname(folder));
}

/** PostgreSQL writes its log in files of 16 MiB, and stops when there is no room for the next. */
const FULL_BELOW_BYTES = 16 * 1024 * 1024;

/**
 * DISK_FULL with this cause when the disk of one of the named folders is full, or has less than `neededInBytes` free for what
 * could not be written.
 */
export async function fullDiskError(
  folders: Readonly<Record<string, string>>,
  cause: unknown,
  neededInBytes = 0,
): Promise<PipelineError | undefined> {
  for (const [name, folder] of Object.entries(folders)) {
    const space = await diskSpaceOf(folder);
    if (space === undefined || space.free >= Math.max(FULL_BELOW_BYTES, neededInBytes)) continue;
    const needed = neededInBytes > 0 ? `, of ${kibibytes(neededInBytes)} needed` : '';
    const found = `${kibibytes(space.free)} free${needed}`;
    return diskFullError(`The disk of the ${name} folder`, { found, where: { file: folder }, cause });
  }
  return undefined;
}

function kibibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024)} KiB`;
}
