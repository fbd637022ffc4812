import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { findLayout } from '../platform/layout';
import { SECRET_FILES } from '../platform/secrets';
import { takeOver } from '../platform/takeOver';
import { postgresFolder, stopLeftOver } from '../postgres/postgres';
import { complain, print } from '../terminal/print';

const USAGE = 'npm run reset (without arguments; it removes all local data)';

/** Removes all local data. Refuses while the platform runs on it. */
async function main(): Promise<void> {
  if (process.argv.length > 2) {
    complain(`Nothing was removed.\nUsage: ${USAGE}`);
    process.exit(2);
  }
  const layout = findLayout();
  const say = (line: string): void => print(line);
  await takeOver(layout.stateFile, say);
  const postgres = postgresFolder(layout.dataDirectory);
  await stopLeftOver(path.join(postgres, 'cluster'));
  // Only folders with these names are removed: the data folder may contain files that are not ours.
  const ours = ['azurite', 'functions-host', 'logs', 'postgres', 'qdrant', 'vectors'];
  const folders = [postgres, ...ours.map((name) => path.join(layout.dataDirectory, name))];
  const secrets = Object.values(SECRET_FILES);
  const isOurFile = (name: string): boolean =>
    name.startsWith(path.basename(layout.stateFile)) || secrets.includes(name);
  const drafts = namesIn(layout.dataDirectory).filter(isOurFile);
  for (const name of drafts) rmSync(path.join(layout.dataDirectory, name), { force: true });
  const present = [...new Set(folders)].filter((folder) => existsSync(folder));
  for (const folder of present) {
    rmSync(folder, { recursive: true, force: true });
    say(`removed ${folder}`);
  }
  for (const folder of new Set([path.dirname(postgres), layout.dataDirectory])) removeWhenEmpty(folder, say);
  if (present.length === 0) say('there is no local data');
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function removeWhenEmpty(folder: string, say: (line: string) => void): void {
  if (!existsSync(folder)) return;
  const left = namesIn(folder);
  if (left.length === 0) rmdirSync(folder);
  else say(`kept ${folder}: it contains files that the platform did not create (${left.slice(0, 3).join(', ')})`);
}

main().catch((error: unknown) => {
  const problem = toProblem(error);
  complain(problem.code === 'INTERNAL' ? problem.message : describeProblem(problem));
  process.exit(1);
});
