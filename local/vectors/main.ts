import { parseArgs } from 'node:util';
import { startVectorEndpoint } from './vectorEndpoint';

const usage = 'usage: node main.js --port N --data DIRECTORY [--exit-with-parent]';
const parentCheckInMilliseconds = 500;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
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
  const endpoint = await startVectorEndpoint({ port, dataDirectory });
  console.log(`vector endpoint listening on ${endpoint.url}`);

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
    const parent = process.ppid;
    // An orphan gets another parent. Works where signals of the parent's death do not exist.
    setInterval(() => process.ppid !== parent && stop(), parentCheckInMilliseconds).unref();
  }
}

run().catch((error: NodeJS.ErrnoException) => {
  fail(
    error.code === 'EADDRINUSE'
      ? 'vector endpoint: the port is already in use; stop what listens there, or choose another with --port'
      : `vector endpoint: ${error.message}`,
  );
});
