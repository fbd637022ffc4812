import { nextFreePort } from '../ports';
import { startWeb } from '../web';
import type { Layout } from './layout';
import {
  functionsService,
  postgresService,
  storageService,
  userSettings,
  vectorService,
  type Service,
  type Settings,
} from './services';
import { removeState, writeState } from './stateFile';
import { takeOver } from './takeOver';

export interface RunningPlatform {
  urls: Record<string, string>;
  /** Of the app, complete. */
  settings: Record<string, string>;
  /** Resolves, with its name and last lines, when something that was started ends by itself. */
  failed: Promise<{ name: string; how: string; lastLines: string }>;
  stop: () => Promise<void>;
}

/** Hears of each service: begun, and ready or found. */
export interface StartListener {
  starting(name: string): void;
  ready(name: string, url: string, seconds: number): void;
  note(line: string): void;
}

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
 * Starts storage, PostgreSQL and vectors side by side, then the Functions host, then the web app; each is ready before the
 * next begins. When one fails, what had started is stopped and the error tells which and why.
 */
export async function startPlatform(layout: Layout, listener: StartListener): Promise<RunningPlatform> {
  await takeOver(layout.stateFile, (line) => listener.note(line));
  const own = userSettings(layout);
  const ports = await choosePorts(own, listener);
  const started: Service[] = [];
  const state = { pid: process.pid, children: [] as number[], urls: {} as Record<string, string>, settings: {} };
  const record = (): void => writeState(layout.stateFile, state);
  record();

  const start = async (name: string, begin: () => Promise<Service>): Promise<Service> => {
    const since = performance.now();
    listener.starting(name);
    const service = await begin();
    started.push(service);
    if (service.child?.process.pid) state.children.push(service.child.process.pid);
    state.urls[name] = service.url;
    record();
    listener.ready(service.name, service.url, (performance.now() - since) / 1000);
    return service;
  };
  const stop = async (): Promise<void> => {
    for (const service of started.splice(0).reverse()) await service.stop();
    removeState(layout.stateFile);
  };

  try {
    const grounds = await Promise.allSettled([
      start('storage', () => storageService(layout, own, ports)),
      start('postgres', () => postgresService(layout, own, ports.postgres)),
      start('vectors', () => vectorService(layout, own, ports.vectors)),
    ]);
    const broken = grounds.find((ground) => ground.status === 'rejected');
    if (broken) throw broken.reason;
    const settings = appSettings(own, started);
    state.settings = settings;
    const functions = await start('functions', () => functionsService(layout, settings, ports.functions));
    await start('web', async () => {
      const web = await startWeb({ root: layout.webRoot, port: ports.web, apiUrl: functions.url });
      return { name: 'web', url: web.url, settings: {}, stop: web.stop };
    });
    state.urls.api = `${functions.url}/api`;
    record();
    return { urls: state.urls, settings, failed: firstToEnd(started), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function choosePorts(own: Settings, listener: StartListener): Promise<Ports> {
  const taken = new Set<number>();
  const ports = { ...PREFERRED_PORTS };
  for (const name of Object.keys(PREFERRED_PORTS) as (keyof Ports)[]) {
    const wanted = Number(own[`PIPELINE_${name.toUpperCase()}_PORT`] ?? PREFERRED_PORTS[name]);
    const port = await nextFreePort(wanted, taken);
    taken.add(port);
    ports[name] = port;
    const isUsed = !(name === 'postgres' && own.POSTGRES_URL) && !(name === 'vectors' && own.QDRANT_URL);
    if (port !== wanted && isUsed) listener.note(`port ${wanted} is in use; ${name} takes ${port}`);
  }
  return ports;
}

const OURS =
  /^(LAKE|POSTGRES|QDRANT|EMBEDDING|LOCAL_EMBEDDING|ANSWER|AZURE_OPENAI|OPENAI|INGEST|QUALITY|CONTRACTS|PARQUET|DUCKDB|TEMPORARY|RANGE)_/;

function appSettings(own: Settings, services: Service[]): Record<string, string> {
  const chosen = Object.entries(own).filter((entry): entry is [string, string] => OURS.test(entry[0]) && !!entry[1]);
  const given = Object.assign({}, ...services.map(({ settings }) => settings)) as Record<string, string>;
  return { INGEST_SCHEDULE: '0 0 1 * * *', ...Object.fromEntries(chosen), ...given };
}

function firstToEnd(services: Service[]): RunningPlatform['failed'] {
  return Promise.race(
    services
      .map(({ child }) => child)
      .filter((child) => child !== undefined)
      .map(async (child) => {
        const { code, signal } = await child.ended;
        return { name: child.name, how: signal ?? `exit code ${code}`, lastLines: child.lastLines() };
      }),
  );
}
