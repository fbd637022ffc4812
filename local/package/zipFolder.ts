import { createWriteStream, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** The same content gives the same file, whenever it was packed. The format has no earlier year. */
const TIME = new Date('1980-01-01T00:00:00Z');

/** Packs a folder into a zip file. Returns its size in bytes. */
export async function zipFolder(folder: string, file: string): Promise<number> {
  const zip = new ZipFile();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  for (const name of names) {
    zip.addFile(path.join(folder, name), name.split(path.sep).join('/'), { mtime: TIME, mode: 0o100644 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return statSync(file).size;
}
