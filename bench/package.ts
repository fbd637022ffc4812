/**
 * Load time of the app: the package for Azure beside the compiled tree, in new processes, in turn.
 * Run: npm run bench:package -- [rounds]
 * Loads `main` with the settings of the sample; no host, no services. Prints medians and their ratio.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makePackage } from '../local/package/makePackage';
import { median } from './transform/results';

const PROJECT = path.resolve(__dirname, '../..');

/** Seconds, inside a new process: its own start is not counted. */
function loadTime(folder: string, settings: Record<string, string>): number {
  const main = path.join(folder, (readJson(path.join(folder, 'package.json')) as { main: string }).main);
  const program = `const since = performance.now(); require(${JSON.stringify(main)}); console.log((performance.now() - since) / 1000); process.exit();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    cwd: folder,
    env: { ...process.env, ...settings },
    encoding: 'utf8',
  });
  const seconds = Number(stdout.trim().split('\n').at(-1));
  if (!(seconds > 0)) throw new Error(`the app did not load: ${stderr}`);
  return seconds;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 7);
  const sample = readJson(path.join(PROJECT, 'local.settings.sample.json')) as { Values: Record<string, string> };
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-package-'));
  try {
    const outputFolder = path.join(folder, 'functions');
    await makePackage({ projectFolder: PROJECT, outputFolder, backend: 'azureStorage', withEncoder: true });
    const times: Record<'package' | 'tree', number[]> = { package: [], tree: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const measured = { package: loadTime(outputFolder, sample.Values), tree: loadTime(PROJECT, sample.Values) };
      // The first round fills the page cache.
      if (round === 0) continue;
      times.package.push(measured.package);
      times.tree.push(measured.tree);
    }
    const [bundled, tree] = [median(times.package), median(times.tree)];
    console.log(`tree ${tree.toFixed(2)} s, package ${bundled.toFixed(2)} s, ratio ${(bundled / tree).toFixed(2)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
