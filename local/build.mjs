// Compiles what has changed since the last build: the app and the local platform (tsc), the web app (Vite).
// `--force` builds everything again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const force = process.argv.includes('--force');

const targets = [
  {
    output: 'dist',
    sources: [
      'functions',
      'orchestrators',
      'lib',
      'local',
      'packages',
      'samples',
      'bench',
      'tsconfig.json',
      'tsconfig.build.json',
      'package-lock.json',
    ],
    command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  },
  {
    output: 'static-web/dist',
    sources: ['static-web', 'package-lock.json'],
    command: ['node_modules/vite/bin/vite.js', 'build', 'static-web', '--logLevel', 'warn'],
  },
];

function newest(file) {
  if (!existsSync(file)) return 0;
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(file)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .reduce((latest, name) => Math.max(latest, newest(path.join(file, name))), stats.mtimeMs);
}

for (const { output, sources, command } of targets) {
  const stamp = path.join(root, output, '.built');
  const isFresh =
    existsSync(stamp) &&
    statSync(stamp).mtimeMs > Math.max(...sources.map((source) => newest(path.join(root, source))));
  if (isFresh && !force) continue;
  // Output files whose source was deleted must be deleted too.
  if (output === 'dist') rmSync(path.join(root, output), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}
