import path from 'node:path';
import { Client } from 'pg';
import { postgresConnection } from '../../lib/postgresConnection';
import { PipelineError } from '../../lib/problems/problem';
import { startAzurite } from '../azurite';
import { startChild, waitUntilReady, type RunningChild } from '../childProcess';
import { readJsonFile } from '../../packages/functions-host/settings/jsonWithComments';
import { startPostgres } from '../postgres/postgres';
import { findCommand } from './findCommand';
import type { Layout } from './layout';
import { expectHttp, expectPostgres } from './reachable';

/** A service that the platform started, or an external one that it found. */
export interface Service {
  name: string;
  /** Shown to the user. */
  url: string;
  /** Settings that the app needs to use the service. */
  settings: Record<string, string>;
  /** Absent for a service that runs elsewhere. */
  child?: RunningChild;
  /** What may be lost when the service ends without a stop, and what to do. Absent: nothing is lost. */
  lossAfterDeath?: string;
  stop: () => Promise<void>;
}

export type Settings = Record<string, string | undefined>;

const external = (name: string, url: string): Service => ({ name, url, settings: {}, stop: async () => undefined });

const AZURITE_LOSS =
  'Azurite saves its list of objects every 5 seconds, so that what was written in the last seconds may be lost: ' +
  'upload those files again, and run again the dates that ran then. A run compares the stores and says when they differ.';

/** Storage: Azurite, unless LAKE_CONNECTION_STRING or LAKE_ACCOUNT_URL names an account. */
export async function storageService(
  layout: Layout,
  settings: Settings,
  { ports, accountKey }: { ports: { blob: number; queue: number; table: number }; accountKey: string },
  abandon?: AbortSignal,
): Promise<Service> {
  const own = settings.LAKE_CONNECTION_STRING ?? settings.LAKE_ACCOUNT_URL;
  if (own) {
    const url = blobUrl(settings);
    const setting = settings.LAKE_CONNECTION_STRING ? 'LAKE_CONNECTION_STRING' : 'LAKE_ACCOUNT_URL';
    if (url) await expectHttp('STORAGE_UNREACHABLE', setting, url, abandon);
    return external('storage', url ?? 'by setting');
  }
  const azurite = await startAzurite({
    dataDirectory: layout.azurite,
    ports,
    accountKey,
    logFile: path.join(layout.logs, 'azurite.log'),
    abandon,
  });
  return {
    name: 'storage',
    url: `http://127.0.0.1:${ports.blob}`,
    settings: { LAKE_CONNECTION_STRING: azurite.connectionString, AzureWebJobsStorage: azurite.connectionString },
    child: azurite.child,
    lossAfterDeath: AZURITE_LOSS,
    stop: azurite.stop,
  };
}

/** The URL of the user's own account; undefined when a connection string has no BlobEndpoint. */
function blobUrl({ LAKE_CONNECTION_STRING: text, LAKE_ACCOUNT_URL: account }: Settings): string | undefined {
  if (text === undefined) return account;
  if (/UseDevelopmentStorage=true/i.test(text)) return 'http://127.0.0.1:10000/devstoreaccount1';
  return /BlobEndpoint=([^;]+)/i.exec(text)?.[1];
}

const DATABASE = 'pipeline';

/** True for a PostgreSQL server of the user's own that is used with the identity of the app. */
export function signsInByIdentity({ POSTGRES_AUTHENTICATION: authentication, POSTGRES_HOST: host }: Settings): boolean {
  return authentication === 'identity' && !!host;
}

/** PostgreSQL from npm, unless POSTGRES_URL or POSTGRES_HOST names a server. Creates the database on the local server. */
export async function postgresService(
  layout: Layout,
  settings: Settings,
  port: number,
  abandon?: AbortSignal,
): Promise<Service> {
  if (signsInByIdentity(settings)) {
    const server = {
      host: settings.POSTGRES_HOST ?? '',
      port: Number(settings.POSTGRES_PORT ?? 5432),
      database: settings.POSTGRES_DATABASE ?? '',
      user: settings.POSTGRES_USER ?? '',
    };
    await expectPostgres(postgresConnection({ kind: 'identity', ...server }), abandon);
    return external('postgres', `postgres://${server.host}:${server.port}/${server.database}`);
  }
  if (settings.POSTGRES_URL) {
    const { host, pathname } = parseUrl(
      'POSTGRES_URL',
      settings.POSTGRES_URL,
      'postgres://user:password@host:5432/pipeline',
    );
    await expectPostgres(settings.POSTGRES_URL, abandon);
    return external('postgres', `postgres://${host}${pathname}`);
  }
  const server = await startPostgres({
    dataDirectory: layout.dataDirectory,
    port,
    logFile: path.join(layout.logs, 'postgres.log'),
    abandon,
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

function parseUrl(setting: string, text: string, example: string): URL {
  if (URL.canParse(text)) return new URL(text);
  // The text may contain a password, so it is not shown.
  throw new PipelineError('SETTING_INVALID', 'A setting is not a valid URL.', {
    expected: `a URL, for example ${example}`,
    where: { setting },
  });
}

/** Creates the database if it does not exist. The name must be a plain identifier. */
async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new Client(adminUrl);
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}

/** Vectors: the server at QDRANT_URL, else a `qdrant` on PATH, else the endpoint of this project. */
export async function vectorService(
  layout: Layout,
  settings: Settings,
  { port, apiKey }: { port: number; apiKey: string },
  abandon?: AbortSignal,
): Promise<Service> {
  if (settings.QDRANT_URL) {
    await expectHttp(
      'VECTORS_UNREACHABLE',
      'QDRANT_URL',
      parseUrl('QDRANT_URL', settings.QDRANT_URL, 'http://127.0.0.1:6333').href,
      abandon,
    );
    return external('vectors', settings.QDRANT_URL);
  }
  const url = `http://127.0.0.1:${port}`;
  const qdrant = findCommand('qdrant');
  const child = await startChild({
    name: qdrant ? 'Qdrant' : 'vector endpoint',
    command: qdrant ?? process.execPath,
    arguments: qdrant
      ? []
      : [
          path.join(__dirname, '..', '..', 'packages', 'vector-endpoint', 'main.js'),
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
          // 0: any free port, which nothing uses. Qdrant refuses everything but an integer.
          QDRANT__SERVICE__GRPC_PORT: '0',
          QDRANT__STORAGE__STORAGE_PATH: path.join(layout.dataDirectory, 'qdrant'),
          QDRANT__SERVICE__API_KEY: apiKey,
          QDRANT__TELEMETRY_DISABLED: 'true',
        }
      : { ...process.env, QDRANT__SERVICE__API_KEY: apiKey },
    workingDirectory: layout.dataDirectory,
    logFile: path.join(layout.logs, 'vectors.log'),
    ...(qdrant ? { endsWithParent: true } : { channel: true }),
  });
  await waitUntilReady(child, async () => (await fetch(`${url}/readyz`)).ok, { followsOutput: true, abandon });
  return {
    name: qdrant ? 'vectors (qdrant)' : 'vectors',
    url,
    settings: { QDRANT_URL: url, QDRANT_API_KEY: apiKey },
    child,
    stop: () => child.stop(),
  };
}

/** The Functions host: `func` when it is on PATH (or PIPELINE_HOST=func), else the host of this project. */
export async function functionsService(
  layout: Layout,
  settings: Record<string, string>,
  { port, hostKey, drainSeconds }: { port: number; hostKey: string; drainSeconds?: string },
  abandon?: AbortSignal,
): Promise<Service> {
  const func = coreTools(process.env.PIPELINE_HOST || undefined);
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: func ? 'func' : 'Functions host',
    command: func ?? process.execPath,
    arguments: func
      ? ['start', '--port', `${port}`]
      : [
          path.join(__dirname, '..', '..', 'packages', 'functions-host', 'main.js'),
          layout.functionsFolder,
          ...['--port', `${port}`, '--data', layout.functionsHost, '--exit-with-parent'],
          // The check replaces a module of the library, and a bundle has no modules to replace.
          ...(layout.functionsFolder === layout.appDirectory ? [] : ['--id-check', 'off']),
          ...(drainSeconds === undefined ? [] : ['--drain-seconds', drainSeconds]),
        ],
    environment: { ...process.env, FUNCTIONS_WORKER_RUNTIME: 'node', FUNCTIONS_HOST_KEY: hostKey, ...settings },
    workingDirectory: layout.functionsFolder,
    logFile: path.join(layout.logs, 'functions-host.log'),
    ...(func ? { endsWithParent: true } : { channel: true }),
  });
  const isUp = async (): Promise<boolean> => (await fetch(`${url}/api/health`)).status < 600;
  try {
    await waitUntilReady(child, isUp, { timeoutInMilliseconds: 120000, abandon });
  } catch (cause) {
    if (!func || !(cause instanceof PipelineError)) throw cause;
    throw new PipelineError(cause.code, cause.message, {
      remedy: `The platform used ${func}, the func on PATH. Set PIPELINE_HOST=own to use the host of this project instead.`,
      cause,
    });
  }
  return {
    name: func ? 'functions (func)' : 'functions',
    url,
    settings: {},
    child,
    stop: () => child.stop('SIGTERM', 20000),
  };
}

/** Path of `func` when it must run the app; undefined for the host of this project. */
function coreTools(wanted: string | undefined): string | undefined {
  if (wanted !== undefined && wanted !== 'func' && wanted !== 'own') {
    throw new PipelineError('SETTING_INVALID', 'A setting does not name a known Functions host.', {
      found: JSON.stringify(wanted),
      expected: 'func or own',
      where: { setting: 'PIPELINE_HOST' },
    });
  }
  if (wanted === 'own') return undefined;
  const func = findCommand('func');
  if (wanted === 'func' && !func) {
    throw new PipelineError('FUNC_NOT_FOUND', 'PIPELINE_HOST=func, but `func` is not on PATH.', {
      remedy: 'Install Azure Functions Core Tools, or remove the setting PIPELINE_HOST.',
    });
  }
  return func;
}

/** The user's own settings: the environment, then `Values` of local.settings.json; empty ones count as absent. */
export function userSettings(layout: Layout, environment: NodeJS.ProcessEnv = process.env): Settings {
  const file = path.join(layout.appDirectory, 'local.settings.json');
  const values = (readJsonFile(file) as { Values?: Record<string, string> } | undefined)?.Values ?? {};
  return Object.fromEntries(
    Object.entries({ ...values, ...environment })
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
}
