import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { startChild, waitUntilReady, type RunningChild } from './childProcess';
import { anyFreePort } from './ports';
import { childScript } from './childScript';

export interface AzuritePorts {
  blob: number;
  queue: number;
  table: number;
}

export interface RunningAzurite {
  connectionString: string;
  ports: AzuritePorts;
  child: RunningChild;
  stop: () => Promise<void>;
}

// Azurite's published development account. It gives access to the emulator only.
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts Azurite (blob, queue, table) on 127.0.0.1 and waits until it answers. Uses free ports unless ports are given. */
export async function startAzurite(options: {
  dataDirectory: string;
  ports?: AzuritePorts;
  logFile?: string;
  /** Base64. Default: the emulator's published key, which any process of the machine knows. */
  accountKey?: string;
  /** Name of the account. Default: the emulator's. */
  account?: string;
  abandon?: AbortSignal;
}): Promise<RunningAzurite> {
  const { account = ACCOUNT, accountKey = KEY } = options;
  const ports = options.ports ?? { blob: await anyFreePort(), queue: await anyFreePort(), table: await anyFreePort() };
  mkdirSync(options.dataDirectory, { recursive: true });
  const child = await startChild({
    name: 'Azurite',
    command: process.execPath,
    arguments: [
      '-r',
      childScript('exitWithParent'),
      require.resolve('azurite/dist/src/azurite.js'),
      ...['--location', options.dataDirectory, '--silent', '--disableTelemetry'],
      // The storage packages may use a newer REST version than the emulator knows.
      '--skipApiVersionCheck',
      ...['--blobHost', '127.0.0.1', '--queueHost', '127.0.0.1', '--tableHost', '127.0.0.1'],
      ...['--blobPort', `${ports.blob}`, '--queuePort', `${ports.queue}`, '--tablePort', `${ports.table}`],
    ],
    environment: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` },
    logFile: options.logFile ?? path.join(options.dataDirectory, 'azurite.log'),
    channel: true,
  });
  await waitUntilReady(
    child,
    async () => (await accepts(ports.blob)) && (await accepts(ports.queue)) && (await accepts(ports.table)),
    { abandon: options.abandon },
  );
  return {
    connectionString: azuriteConnectionString(ports, account, accountKey),
    ports,
    child,
    stop: () => child.stop(),
  };
}

function azuriteConnectionString(ports: AzuritePorts, account: string, key: string): string {
  const endpoint = (service: string, port: number): string => `${service}=http://127.0.0.1:${port}/${account}`;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${key}`,
    endpoint('BlobEndpoint', ports.blob),
    endpoint('QueueEndpoint', ports.queue),
    endpoint('TableEndpoint', ports.table),
    '',
  ].join(';');
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
