import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createObjectStore } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import { rawFolder } from '../../lib/lakehouse/paths';
import { findLayout } from '../platform/layout';
import { readState } from '../platform/stateFile';
import { userSettings } from '../platform/services';
import { describeFailure } from '../terminal/describeFailure';

const USAGE = 'npm run upload -- <dataset> <yyyy-mm-dd> <file> [<file> ...]';

/** Uploads files to `raw/<dataset>/<date>/` in the running platform's lake, or in the lake that the settings name. */
async function main(): Promise<number> {
  const [dataset, date, ...files] = process.argv.slice(2);
  const absent = files.filter((file) => !existsSync(file));
  if (!dataset || !date || files.length === 0 || absent.length > 0) {
    const why = absent.length > 0 ? `No such file: ${absent.join(', ')}\n` : '';
    process.stderr.write(`${why}Usage: ${USAGE}\n`);
    return 2;
  }
  const layout = findLayout();
  const running = readState(layout.stateFile);
  const config = readConfig({ ...running?.settings, ...userSettings(layout) });
  const store = createObjectStore(config);
  const { raw } = config.lake.containers;
  await store.ensureContainer(raw);
  for (const file of files) {
    const target = `${rawFolder(dataset, date)}${path.basename(file)}`;
    try {
      await store.upload(raw, target, file);
    } catch (error) {
      const { access } = config.lake;
      const isOnThisMachine =
        access.kind === 'connectionString' && /127\.0\.0\.1|localhost/.test(access.connectionString);
      const needed = isOnThisMachine ? statSync(file).size : 0;
      process.stderr.write(`${await describeFailure(error, layout.dataDirectory, needed)}\n`);
      return 1;
    }
    process.stdout.write(`${raw}/${target}\n`);
  }
  process.stdout.write(
    `Now start the run: POST /api/runs {"dataset":"${dataset}","date":"${date}"}, or on the runs page.\n`,
  );
  return 0;
}

main().then(
  (code) => process.exit(code),
  async (error: unknown) => {
    process.stderr.write(`${await describeFailure(error, findLayout().dataDirectory)}\n`);
    process.exit(1);
  },
);
