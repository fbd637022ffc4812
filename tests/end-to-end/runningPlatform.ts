import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createObjectStore } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import type { Config } from '../../lib/config/config';
import type { ObjectStore } from '../../lib/storage/objectStore';
import type { RunDetail } from '../../lib/runs/run';
import type { PlatformState } from '../../local/platform/stateFile';
import { postgresFolder } from '../../local/postgres/postgres';
import { ownerFetch } from './ownerFetch';
import { eventually, startCommand } from './startCommand';

export interface RunningTestPlatform {
  dataDirectory: string;
  urls: Record<string, string>;
  /** `fetch` as the owner. */
  fetch: typeof fetch;
  /** The address that signs a browser in. */
  entry: string;
  /** Of the Functions host. */
  hostKey: string;
  config: Config;
  store: ObjectStore;
  /** Puts a file into raw/<dataset>/<date>/. */
  drop(dataset: string, date: string, name: string, content: string | Buffer): Promise<void>;
  /** Starts the ingest and returns the run when it has ended, or is blocked. */
  ingest(dataset: string, date: string): Promise<RunDetail>;
  /** Returns the run when it has ended, or is blocked. */
  endedOrBlocked(id: string): Promise<RunDetail>;
  /** What the Functions host has logged. */
  hostLog(): string;
  stop(): Promise<void>;
}

/**
 * The whole platform, started with the command that a user runs, with its own data and without the sample. A run whose
 * gate closes fails at once, unless the environment says otherwise.
 */
export async function startTestPlatform(
  environment: Record<string, string> = {},
  ...options: string[]
): Promise<RunningTestPlatform> {
  const data = mkdtempSync(path.join(tmpdir(), 'pipeline-x-platform-'));
  const command = startCommand(data, { GATE_DECISION_TIMEOUT_HOURS: '0', ...environment }, '--no-ingest', ...options);
  await command.said(/The platform keeps running/);
  const {
    urls,
    settings,
    hostKey = '',
  } = JSON.parse(readFileSync(path.join(data, 'platform.json'), 'utf8')) as PlatformState;
  const config = readConfig(settings);
  const token = settings.LOCAL_TOKEN ?? '';
  const call = ownerFetch(token);
  const store = createObjectStore(config);
  await store.ensureContainer(config.lake.containers.raw);
  const endedOrBlocked = (id: string): Promise<RunDetail> =>
    eventually(`the end of ${id}`, async () => {
      const run = (await (await call(`${urls.api}/runs/${id}`)).json()) as RunDetail;
      return ['Completed', 'Failed', 'Cancelled', 'Blocked'].includes(run.status) ? run : undefined;
    });
  return {
    dataDirectory: data,
    urls,
    fetch: call,
    entry: `${urls.web}/?token=${token}`,
    hostKey,
    config,
    store,
    drop: (dataset, date, name, content) =>
      store.write(config.lake.containers.raw, `${dataset}/${date}/${name}`, content),
    ingest: async (dataset, date) => {
      const started = await call(`${urls.api}/runs`, { method: 'POST', body: JSON.stringify({ dataset, date }) });
      if (started.status !== 202) throw new Error(`the run did not start: ${await started.text()}`);
      return endedOrBlocked(((await started.json()) as { id: string }).id);
    },
    endedOrBlocked,
    hostLog: () => readFileSync(path.join(data, 'logs', 'functions-host.log'), 'utf8'),
    stop: async () => {
      command.process.kill('SIGTERM');
      await command.ended;
      rmSync(postgresFolder(data), { recursive: true, force: true });
      rmSync(data, { recursive: true, force: true });
    },
  };
}
