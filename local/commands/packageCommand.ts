import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { DURABLE_BACKENDS, type DurableBackend } from '../package/hostJson';
import { makePackage, type PackageOptions } from '../package/makePackage';
import { findLayout } from '../platform/layout';
import { complain, print } from '../terminal/print';

const USAGE =
  `Usage: npm run package -- [--durable-backend ${DURABLE_BACKENDS.join('|')}] [--without-encoder] [--output <folder>]\n` +
  'Makes the package of the app for Azure Functions: a folder (default build/functions) and a zip file beside it.';

/** Exit code 1 when the package cannot be made, 2 on wrong usage. */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    complain(USAGE);
    return 2;
  }
  const { zipFile, bytes } = await makePackage(options);
  print(`${options.outputFolder}\n${zipFile} (${(bytes / 1e6).toFixed(1)} MB)`);
  return 0;
}

function readOptions(): PackageOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        'durable-backend': { type: 'string', default: 'azureStorage' },
        'without-encoder': { type: 'boolean', default: false },
        output: { type: 'string', default: 'build/functions' },
      },
    });
    const backend = values['durable-backend'];
    if (!isBackend(backend) || values.output === '') return undefined;
    const projectFolder = findLayout().appDirectory;
    return {
      projectFolder,
      outputFolder: path.resolve(projectFolder, values.output),
      backend,
      withEncoder: !values['without-encoder'],
    };
  } catch {
    return undefined;
  }
}

function isBackend(text: string): text is DurableBackend {
  return (DURABLE_BACKENDS as readonly string[]).includes(text);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(describeProblem(toProblem(error)));
    process.exit(1);
  },
);
