import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A disk of its own, which a test may fill. */
export interface SmallDisk {
  folder: string;
  /** Writes a file until only `leftInBytes` are free. */
  fill(leftInBytes?: number): void;
  /** Removes that file. */
  free(): void;
  remove(): void;
}

/** A file system in memory; undefined, with the reason on the console, where this process may not mount one. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.warn(
      `Skipped: no small disk can be mounted here (${error instanceof Error ? error.message : String(error)})`,
    );
    return undefined;
  }
  // The database server may run as another user.
  chmodSync(folder, 0o755);
  const filler = path.join(folder, 'filler');
  return {
    folder,
    fill: (leftInBytes = 0) => {
      const file = openSync(filler, 'a');
      const page = Buffer.alloc(4096);
      try {
        for (;;) {
          const { bavail, bsize } = statfsSync(folder);
          if (bavail * bsize <= leftInBytes) return;
          const pages = Math.min(256, Math.ceil((bavail * bsize - leftInBytes) / page.length));
          writeSync(file, pages === 1 ? page : Buffer.alloc(pages * page.length));
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
