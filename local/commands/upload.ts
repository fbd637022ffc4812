import { statSync } from 'node:fs';
import path from 'node:path';
import { createObjectStore } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import { rawFolder } from '../../lib/lakehouse/paths';
import { findLayout } from '../platform/layout';
import { readState } from '../platform/stateFile';
import { userSettings } from '../platform/services';
import { describeFailure } from '../terminal/describeFailure';
import { complain, print } from '../terminal/print';

const USAGE = 'npm run upload -- <dataset> <yyyy-mm-dd> <file> [<file> ...]';

/** Uploads files to `raw/<dataset>/<date>/` in the running platform's lake, or in the lake that the settings name. */
async function main(): Promise<number> {
  const [dataset, date, ...files] = process.argv.slice(2);
  const absent = files.filter((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  if (!dataset || !date || files.length === 0 || absent.length > 0) {
    const why = absent.length > 0 ? `No such file: ${absent.join(', ')}\n` : '';
    complain(`${why}Usage: ${USAGE}`);
    return 2;
  }
  const names = files.map((file) => path.basename(file));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    complain(
      `Nothing was uploaded: several files have the name ${[...new Set(repeated)].join(', ')}, and would replace each other.`,
    );
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
      complain(await describeFailure(error, layout.dataDirectory, needed));
      return 1;
    }
    print(`${raw}/${target}`);
  }
  print(`Now start the run: POST /api/runs {"dataset":"${dataset}","date":"${date}"}, or on the runs page.`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  async (error: unknown) => {
    complain(await describeFailure(error, findLayout().dataDirectory));
    process.exit(1);
  },
);
