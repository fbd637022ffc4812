import { parseArgs } from 'node:util';
import { startVectorEndpoint } from './vectorEndpoint';

const usage = 'usage: node main.js --port N --data DIRECTORY [--exit-with-parent]';
const parentCheckInMilliseconds = 500;

/** Read first, so that the end of the parent is noticed even if it ends while the collections are read. */
const parent = process.ppid;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** An orphan gets another parent process; on Windows it keeps the id of a parent that no longer exists. */
function isOrphan(): boolean {
  try {
    process.kill(parent, 0);
    return process.ppid !== parent;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function readArguments(): { port: number; dataDirectory: string; exitsWithParent: boolean } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, data: { type: 'string' }, 'exit-with-parent': { type: 'boolean' } },
    });
    const port = Number(values.port);
    if (values.data === undefined || !Number.isInteger(port) || port < 0 || port > 65535) {
      return fail(usage);
    }
    return { port, dataDirectory: values.data, exitsWithParent: values['exit-with-parent'] === true };
  } catch (error) {
    return fail(`${(error as Error).message}\n${usage}`);
  }
}

async function run(): Promise<void> {
  const { port, dataDirectory, exitsWithParent } = readArguments();
  const endpoint = await startVectorEndpoint({
    port,
    dataDirectory,
    // Qdrant's own name of the setting.
    apiKey: process.env.QDRANT__SERVICE__API_KEY || undefined,
  });

  let isStopping = false;
  const stop = () => {
    if (!isStopping) {
      isStopping = true;
      endpoint.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(`vector endpoint could not stop cleanly: ${String(error)}`),
      );
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (exitsWithParent) {
    setInterval(() => isOrphan() && stop(), parentCheckInMilliseconds).unref();
  }
  // Printed last: a process that waits for this line may stop this one at once.
  console.log(`vector endpoint listening on ${endpoint.url}`);
}

run().catch((error: NodeJS.ErrnoException) => {
  fail(
    error.code === 'EADDRINUSE'
      ? 'vector endpoint: the port is already in use; stop the process that uses it, or choose another with --port'
      : `vector endpoint: ${error.message}`,
  );
});
