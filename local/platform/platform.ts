import { userInfo } from 'node:os';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { fullDiskError } from '../../lib/storage/diskSpace';
import { isSetting } from '../../lib/config/settings';
import { readHostNames } from '../../packages/functions-host/http/allowedHosts';
import { postgresIsInside, stopLeftOverPostgres } from '../postgres/postgres';
import { nextFreePort, portSetting } from '../ports';
import { startWeb } from '../web';
import { keepRunning, type ServiceDeath } from './keepRunning';
import type { Layout } from './layout';
import {
  functionsService,
  postgresService,
  storageService,
  userSettings,
  vectorService,
  type Service,
  type Settings,
  signsInByIdentity,
} from './services';
import { localSecrets, makePrivate, type LocalSecrets } from './secrets';
import { dataFolderUnusable, claimState, readState, removeState, writeState, type PlatformState } from './stateFile';
import { alreadyRunning, takeOver } from './takeOver';

export interface RunningPlatform {
  urls: Record<string, string>;
  /** The address to open first: it signs the browser in. */
  entry: string;
  /** The complete settings of the app. */
  settings: Record<string, string>;
  /** Resolves when a started process ended by itself, and restarts did not help. */
  failed: Promise<ServiceDeath>;
  stop: () => Promise<void>;
}

/** Is called when a service starts and when it is ready (or was found running). */
export interface StartListener {
  starting(name: string): void;
  ready(name: string, url: string, seconds: number): void;
  note(line: string): void;
}

/** A service that runs now, and how to start it again, on the same port. */
interface StartedService {
  service: Service;
  begin: () => Promise<Service>;
}

/** Each can be set as PIPELINE_<NAME>_PORT. */
const PREFERRED_PORTS = {
  blob: 10000,
  queue: 10001,
  table: 10002,
  postgres: 5432,
  vectors: 6333,
  functions: 7071,
  web: 4280,
};
type Ports = typeof PREFERRED_PORTS;

/**
 * Starts storage, PostgreSQL and vectors in parallel, then the Functions host, then the web app; each group is ready before
 * the next starts. If one fails, or the start is cancelled, all started services are stopped. The error names the service
 * and the reason.
 */
export async function startPlatform(
  layout: Layout,
  listener: StartListener,
  abandon?: AbortSignal,
  { keepsTraces = false }: { keepsTraces?: boolean } = {},
): Promise<RunningPlatform> {
  const own = userSettings(layout);
  const wanted = wantedPorts(own);
  await takeOver(layout.stateFile, (line) => listener.note(line), abandon);
  const secrets = prepareDataFolder(layout);
  const started: StartedService[] = [];
  const stopping = new AbortController();
  const giveUp = abandon ? AbortSignal.any([abandon, stopping.signal]) : stopping.signal;
  const state: PlatformState = { pid: process.pid, children: [], urls: {}, settings: {} };
  const record = (): void => writeState(layout.stateFile, state);
  // When two platforms start at the same time, only the first may continue. The other must not touch its services.
  if (!claimState(layout.stateFile, state)) throw alreadyRunning(readState(layout.stateFile) ?? { ...state, pid: 0 });

  const start = async (name: string, begin: () => Promise<Service>): Promise<Service> => {
    const since = performance.now();
    listener.starting(name);
    const service = await begin();
    started.push({ service, begin });
    if (service.child?.process.pid) state.children.push(service.child.process.pid);
    state.urls[name] = service.url;
    record();
    listener.ready(service.name, service.url, (performance.now() - since) / 1000);
    return service;
  };
  const replace = (one: StartedService, service: Service): void => {
    one.service = service;
    if (service.child?.process.pid) state.children.push(service.child.process.pid);
    record();
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    state.isStopping = true;
    try {
      record();
    } catch (error) {
      // The state only tells other commands that this one is stopping. With a full disk the services must stop all the same.
      listener.note(describeProblem(toProblem(error)));
    }
    for (const { service } of started.splice(0).reverse()) await service.stop();
    removeState(layout.stateFile, state.pid);
  };

  const firstToDie = (services: readonly StartedService[]): Promise<ServiceDeath> =>
    Promise.race(
      services.map((one) =>
        keepRunning(one.service, {
          begin: one.begin,
          replaced: (service) => replace(one, service),
          say: (line) => listener.note(line),
          isDiskFull: async () => (await fullDiskError({ data: layout.dataDirectory }, undefined)) !== undefined,
          stopping: stopping.signal,
        }),
      ),
    );

  try {
    if (!isElsewhere('postgres', own)) await stopLeftOverPostgres(layout.dataDirectory);
    const ports = await choosePorts(wanted, own, listener);
    const grounds = await Promise.allSettled([
      start('storage', () => storageService(layout, own, { ports, accountKey: secrets.storageKey }, giveUp)),
      start('postgres', () => postgresService(layout, own, ports.postgres, giveUp)),
      start('vectors', () => vectorService(layout, own, { port: ports.vectors, apiKey: secrets.vectorKey }, giveUp)),
    ]);
    const broken = grounds.find((ground) => ground.status === 'rejected');
    if (broken) throw broken.reason;
    const owner = {
      LOCAL_DATA_DIRECTORY: layout.dataDirectory,
      LOCAL_TOKEN: own.LOCAL_TOKEN ?? secrets.token,
      LOCAL_USER: own.LOCAL_USER ?? userInfo().username,
    };
    const settings = {
      ...appSettings(
        own,
        started.map(({ service }) => service),
      ),
      ...owner,
      ...(keepsTraces ? { TELEMETRY_EXPORTER: 'file' } : {}),
    };
    state.settings = settings;
    const functions = await start('functions', () =>
      functionsService(layout, settings, { port: ports.functions, hostKey: secrets.hostKey }, giveUp),
    );
    await start('web', async () => {
      const web = await startWeb({
        root: layout.webRoot,
        port: ports.web,
        apiUrl: functions.url,
        token: owner.LOCAL_TOKEN,
        allowedHosts: readHostNames(own.PIPELINE_ALLOWED_HOSTS),
      });
      return { name: 'web', url: web.url, settings: {}, stop: web.stop };
    });
    state.urls.api = `${functions.url}/api`;
    state.hostKey = secrets.hostKey;
    record();
    const entry = `${state.urls.web}/?token=${encodeURIComponent(owner.LOCAL_TOKEN)}`;
    return { urls: state.urls, entry, settings, failed: firstToDie(started), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Throws DATA_FOLDER_UNUSABLE. */
function prepareDataFolder({ dataDirectory, logs, azurite, vectors, functionsHost }: Layout): LocalSecrets {
  try {
    makePrivate(dataDirectory, [logs, azurite, vectors, functionsHost], postgresIsInside(dataDirectory));
    return localSecrets(dataDirectory);
  } catch (cause) {
    throw dataFolderUnusable(dataDirectory, cause);
  }
}

/** The ports to try first: the usual ones, or the ones that settings name. Throws when a setting is not a valid port. */
export function wantedPorts(own: Settings): Ports {
  const names = Object.keys(PREFERRED_PORTS) as (keyof Ports)[];
  const wanted = names.map((name) => {
    const setting = portSettingOf(name);
    return [name, portSetting(setting, own[setting], PREFERRED_PORTS[name])] as const;
  });
  return Object.fromEntries(wanted) as Ports;
}

/** Name of the setting for the port of a service. */
export function portSettingOf(name: string): string {
  return `PIPELINE_${name.toUpperCase()}_PORT`;
}

/** True when the user's own settings name a service elsewhere, so the platform does not start it. */
export function isElsewhere(name: string, own: Settings): boolean {
  if (name === 'postgres') return !!own.POSTGRES_URL || signsInByIdentity(own);
  if (name === 'vectors') return !!own.QDRANT_URL;
  return ['blob', 'queue', 'table'].includes(name) && !!(own.LAKE_CONNECTION_STRING ?? own.LAKE_ACCOUNT_URL);
}

async function choosePorts(wanted: Ports, own: Settings, listener: StartListener): Promise<Ports> {
  const taken = new Set<number>();
  const ports = { ...wanted };
  for (const name of Object.keys(wanted) as (keyof Ports)[]) {
    if (isElsewhere(name, own)) continue;
    const port = await nextFreePort(wanted[name], taken);
    taken.add(port);
    ports[name] = port;
    if (port !== wanted[name]) listener.note(`port ${wanted[name]} is in use; ${name} takes ${port}`);
  }
  return ports;
}

/** Used only when the lake is elsewhere: Azurite on the same disk reads a range as fast as the cache does. */
const BLOCK_CACHE_MEGABYTES = '1024';

function appSettings(own: Settings, services: Service[]): Record<string, string> {
  const chosen = Object.entries(own).filter((entry): entry is [string, string] => isSetting(entry[0]) && !!entry[1]);
  const given = Object.assign({}, ...services.map(({ settings }) => settings)) as Record<string, string>;
  const cache: Record<string, string> = isElsewhere('blob', own) ? { BLOCK_CACHE_MEGABYTES } : {};
  return { INGEST_SCHEDULE: '0 0 1 * * *', ...cache, ...Object.fromEntries(chosen), ...given };
}
