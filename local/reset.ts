import { existsSync, rmSync } from 'node:fs';
import { findLayout } from './platform/layout';
import { takeOver } from './platform/takeOver';
import { postgresFolder } from './postgres/postgres';

/** Removes all local data. Refuses while the platform runs on it. */
async function main(): Promise<void> {
  const layout = findLayout();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  await takeOver(layout.stateFile, say);
  const folders = [postgresFolder(layout.dataDirectory), layout.dataDirectory].filter((folder) => existsSync(folder));
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    say(`removed ${folder}`);
  }
  if (folders.length === 0) say('there is no local data');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
