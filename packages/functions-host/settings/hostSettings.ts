import path from 'node:path';
import { readJsonFile } from './jsonWithComments';

export type Environment = Record<string, string | undefined>;

/** The settings that this host reads from host.json. */
export interface HostSettings {
  /** Without leading and trailing slashes; may be empty. */
  routePrefix: string;
  /** May contain `%SETTING%`. */
  hubName: string;
  maxConcurrentActivities: number;
}

/** The settings that this host reads from local.settings.json. */
export interface LocalSettings {
  values: Record<string, string>;
  port: number | undefined;
  cors: CorsSettings;
}

/** Which other origins may call the functions from a browser. */
export interface CorsSettings {
  /** Like "http://localhost:5173"; "*" means all. */
  origins: string[];
  allowsCredentials: boolean;
}

interface HostJson {
  extensions?: {
    http?: { routePrefix?: string };
    durableTask?: { hubName?: string; maxConcurrentActivityFunctions?: number };
  };
}

interface LocalSettingsJson {
  IsEncrypted?: boolean;
  Values?: Record<string, unknown>;
  Host?: { LocalHttpPort?: number; CORS?: string; CORSCredentials?: boolean };
}

/** Reads APP/host.json. Throws an Error naming file and setting when a value is not valid. */
export function readHostSettings(appFolder: string): HostSettings {
  const file = path.join(appFolder, 'host.json');
  const json = readJsonFile(file) as HostJson | undefined;
  if (!json) throw new Error(`No host.json in ${appFolder}. Every Functions app has one, next to package.json.`);
  const maxConcurrentActivities = json.extensions?.durableTask?.maxConcurrentActivityFunctions ?? 10;
  if (!Number.isInteger(maxConcurrentActivities) || maxConcurrentActivities < 1) {
    throw new Error(
      `${file}: extensions.durableTask.maxConcurrentActivityFunctions is ${JSON.stringify(maxConcurrentActivities)}, ` +
        'expected a whole number of 1 or more.',
    );
  }
  return {
    routePrefix: (json.extensions?.http?.routePrefix ?? 'api').replace(/^\/+|\/+$/g, ''),
    hubName: json.extensions?.durableTask?.hubName ?? 'TestHubName',
    maxConcurrentActivities,
  };
}

/** Reads APP/local.settings.json; an absent file has no values. */
export function readLocalSettings(appFolder: string): LocalSettings {
  const file = path.join(appFolder, 'local.settings.json');
  const json = (readJsonFile(file) ?? {}) as LocalSettingsJson;
  if (json.IsEncrypted) throw new Error(`${file} is encrypted. Decrypt it with "func settings decrypt".`);
  const values = Object.fromEntries(Object.entries(json.Values ?? {}).map(([name, value]) => [name, String(value)]));
  const origins = (json.Host?.CORS ?? '').split(',').map((origin) => origin.trim().replace(/\/$/, ''));
  const cors = { origins: origins.filter(Boolean), allowsCredentials: json.Host?.CORSCredentials === true };
  return { values, port: json.Host?.LocalHttpPort, cors };
}

/** Adds settings to an environment. Variables that are already set there win. */
export function applySettings(environment: Environment, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) environment[name] ??= value;
}

/** Replaces each `%NAME%` with the setting of that name. Throws an Error naming `owner` when the setting is missing. */
export function resolveSettings(text: string, environment: Environment, owner: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = environment[name];
    if (value !== undefined) return value;
    throw new Error(
      `${owner}: the setting '%${name}%' does not exist. Add ${name} to "Values" in local.settings.json or to the environment.`,
    );
  });
}
