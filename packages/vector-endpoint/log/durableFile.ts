import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Makes a rename in the folder of `path` survive a crash of the machine. Skipped on Windows, which cannot open folders. */
export function syncDirectoryOf(path: string): void {
  if (process.platform === 'win32') {
    return;
  }
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const temporarySuffix = '.new';

/** The result of `write`. When it fails, as on a full disk, the incomplete file is deleted: it would fill the disk. */
export function orRemove<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Replaces a file atomically: after a crash it has the old text or the new text, never a part. A failure leaves the old
 * text and no other file.
 */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}${temporarySuffix}`;
  orRemove(temporary, () => {
    const file = openSync(temporary, 'w');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  });
  syncDirectoryOf(path);
}

/** Deletes the files of a folder that a process was writing when it was killed. Only the user of the folder may do so. */
export function removeTemporaryFiles(folder: string): void {
  for (const file of readdirSync(folder)) {
    if (file.endsWith(temporarySuffix)) {
      rmSync(join(folder, file), { force: true });
    }
  }
}
