import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { startAzurite } from '../azurite';
import { startChild, waitUntilReady, type RunningChild } from '../childProcess';
import { startPostgres } from '../postgres/postgres';
import { findCommand } from './findCommand';
import type { Layout } from './layout';

/** Something that the platform started, or found outside. */
export interface Service {
  name: string;
  /** Shown to the user. */
  url: string;
  /** What it adds to the app's settings. */
  settings: Record<string, string>;
  /** Absent for what runs elsewhere. */
  child?: RunningChild;
  stop: () => Promise<void>;
}

export type Settings = Record<string, string | undefined>;

const external = (name: string, url: string): Service => ({ name, url, settings: {}, stop: async () => undefined });

/** Storage: Azurite, unless LAKE_CONNECTION_STRING or LAKE_ACCOUNT_URL names an account. */
export async function storageService(
  layout: Layout,
  settings: Settings,
  ports: { blob: number; queue: number; table: number },
): Promise<Service> {
  const own = settings.LAKE_CONNECTION_STRING ?? settings.LAKE_ACCOUNT_URL;
  if (own)
    return external('storage', /BlobEndpoint=([^;]+)/.exec(own)?.[1] ?? settings.LAKE_ACCOUNT_URL ?? 'by setting');
  const azurite = await startAzurite({
    dataDirectory: layout.azurite,
    ports,
    logFile: path.join(layout.logs, 'azurite.log'),
  });
  return {
    name: 'storage',
    url: `http://127.0.0.1:${ports.blob}`,
    settings: { LAKE_CONNECTION_STRING: azurite.connectionString, AzureWebJobsStorage: azurite.connectionString },
    child: azurite.child,
    stop: azurite.stop,
  };
}

const DATABASE = 'pipeline';

/** PostgreSQL from npm, unless POSTGRES_URL names a server. The local one gets its database. */
export async function postgresService(layout: Layout, settings: Settings, port: number): Promise<Service> {
  if (settings.POSTGRES_URL) {
    const { host, pathname } = new URL(settings.POSTGRES_URL);
    return external('postgres', `postgres://${host}${pathname}`);
  }
  const server = await startPostgres({
    dataDirectory: layout.dataDirectory,
    port,
    logFile: path.join(layout.logs, 'postgres.log'),
  });
  await createDatabase(server.adminUrl, DATABASE);
  return {
    name: 'postgres',
    url: `postgres://127.0.0.1:${port}/${DATABASE}`,
    settings: { POSTGRES_URL: server.urlOf(DATABASE) },
    child: server.child,
    stop: server.stop,
  };
}

/** Creates the database when it is not there. The name must be a plain identifier. */
export async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new Client(adminUrl);
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}

/** Vectors: QDRANT_URL, else a `qdrant` on PATH, else the endpoint of this project. */
export async function vectorService(layout: Layout, settings: Settings, port: number): Promise<Service> {
  if (settings.QDRANT_URL) return external('vectors', settings.QDRANT_URL);
  const url = `http://127.0.0.1:${port}`;
  const qdrant = findCommand('qdrant');
  const child = await startChild({
    name: qdrant ? 'Qdrant' : 'vector endpoint',
    command: qdrant ?? process.execPath,
    arguments: qdrant
      ? []
      : [
          path.join(__dirname, '..', 'vectors', 'main.js'),
          '--port',
          `${port}`,
          '--data',
          layout.vectors,
          '--exit-with-parent',
        ],
    environment: qdrant
      ? {
          ...process.env,
          QDRANT__SERVICE__HOST: '127.0.0.1',
          QDRANT__SERVICE__HTTP_PORT: `${port}`,
          QDRANT__SERVICE__GRPC_PORT: 'null',
          QDRANT__STORAGE__STORAGE_PATH: path.join(layout.dataDirectory, 'qdrant'),
          QDRANT__TELEMETRY_DISABLED: 'true',
        }
      : undefined,
    workingDirectory: layout.dataDirectory,
    logFile: path.join(layout.logs, 'vectors.log'),
    channel: !qdrant,
  });
  await waitUntilReady(child, async () => (await fetch(`${url}/readyz`)).ok);
  return {
    name: qdrant ? 'vectors (qdrant)' : 'vectors',
    url,
    settings: { QDRANT_URL: url },
    child,
    stop: () => child.stop(),
  };
}

/** The Functions host: `func` when it is on PATH (or asked for), else the one of this project. */
export async function functionsService(
  layout: Layout,
  settings: Record<string, string>,
  port: number,
): Promise<Service> {
  const wanted = process.env.PIPELINE_HOST;
  const func = wanted === 'own' ? undefined : findCommand('func');
  if (wanted === 'func' && !func) {
    throw new Error(
      'PIPELINE_HOST=func, but there is no `func` on PATH. Install Azure Functions Core Tools, or unset it.',
    );
  }
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: func ? 'func' : 'Functions host',
    command: func ?? process.execPath,
    arguments: func
      ? ['start', '--port', `${port}`]
      : [
          path.join(__dirname, '..', 'functions-host', 'main.js'),
          layout.appDirectory,
          ...['--port', `${port}`, '--data', layout.functionsHost, '--exit-with-parent'],
        ],
    environment: { ...process.env, FUNCTIONS_WORKER_RUNTIME: 'node', ...settings },
    workingDirectory: layout.appDirectory,
    logFile: path.join(layout.logs, 'functions-host.log'),
    channel: !func,
  });
  await waitUntilReady(child, async () => (await fetch(`${url}/api/health`)).status < 600, 120000);
  return {
    name: func ? 'functions (func)' : 'functions',
    url,
    settings: {},
    child,
    stop: () => child.stop('SIGTERM', 20000),
  };
}

/** The user's own settings: the environment, then `Values` of local.settings.json; empty ones count as absent. */
export function userSettings(layout: Layout, environment: NodeJS.ProcessEnv = process.env): Settings {
  const file = path.join(layout.appDirectory, 'local.settings.json');
  const values = existsSync(file)
    ? ((JSON.parse(readFileSync(file, 'utf8')) as { Values?: Record<string, string> }).Values ?? {})
    : {};
  return Object.fromEntries(
    Object.entries({ ...values, ...environment })
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
}
