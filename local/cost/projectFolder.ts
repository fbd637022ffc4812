import { existsSync } from 'node:fs';
import path from 'node:path';

/** The nearest folder above this file that has host.json: the compiled files are one folder deeper than the sources. */
export function projectFolder(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'host.json'))) folder = path.dirname(folder);
  return folder;
}
