import fs from 'node:fs';
import path from 'node:path';

/** A pattern of package.json's "main" (`*`, `**`, `{a,b}`) as a regular expression over paths with forward slashes. */
export function entryPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/^\.\//, '')
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_, alternatives: string) => `(?:${alternatives.split(',').join('|')})`)
    .replace(/\*\*\/|\*\*|\*/g, (stars) => (stars === '**/' ? '(?:.*/)?' : stars === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`);
}

function filesUnder(folder: string, prefix = ''): string[] {
  return fs
    .readdirSync(path.join(folder, prefix), { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    );
}

/**
 * The entry files of an app, from package.json's "main" (a file, or a pattern), each with its module type.
 * Throws when package.json, its "main", or a matching file is missing.
 */
export function findEntryFiles(appFolder: string): { file: string; isEsModule: boolean }[] {
  const packageFile = path.join(appFolder, 'package.json');
  if (!fs.existsSync(packageFile)) {
    throw new Error(`No package.json in ${appFolder}. Pass the folder of a compiled Functions app.`);
  }
  const manifest = JSON.parse(fs.readFileSync(packageFile, 'utf8')) as { main?: string; type?: string };
  if (!manifest.main) throw new Error(`${packageFile} has no "main". Set it to the compiled entry file or a pattern.`);
  const direct = path.join(appFolder, manifest.main);
  const isFile = fs.existsSync(direct) && fs.statSync(direct).isFile();
  const pattern = entryPattern(manifest.main);
  const found = isFile
    ? [manifest.main]
    : filesUnder(appFolder)
        .filter((file) => pattern.test(file))
        .sort();
  if (found.length === 0) {
    throw new Error(`No file matches "main": "${manifest.main}" of ${packageFile}. Is the app compiled?`);
  }
  return found.map((file) => ({
    file: path.join(appFolder, file),
    isEsModule: file.endsWith('.mjs') || (manifest.type === 'module' && !file.endsWith('.cjs')),
  }));
}
