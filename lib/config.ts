import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import { FaultList, PipelineError, type Problem } from './problems/problem';
import { isNcrontab } from './ncrontab';

/**
 * The one door for configuration: settings (environment variables, in Azure the app settings) in, a checked value in our
 * words out. Every fault is reported at once, with the setting's name and an example.
 */
export interface Config {
  lake: {
    access: { kind: 'connectionString'; connectionString: string } | { kind: 'identity'; accountUrl: string };
    containers: { raw: string; processed: string; quarantine: string; staging: string };
    parquetCodec: 'snappy' | 'zstd';
  };
  contractsDirectory: string;
  temporaryDirectory: string;
  /** For one DuckDB instance, in megabytes. */
  duckdbMemoryInMegabytes: number;
  /** Of local disk, for what scans leave for the transforms after them; 0: nothing is kept. */
  blockCacheInMegabytes: number;
  /** How long a run whose quality gate closed waits for a decision; 0: it fails at once. */
  gateDecisionTimeoutInHours: number;
  postgresUrl: string;
  /** Connection strings of SQL sources by the names of their settings, `SQL_SOURCE_...`. */
  sqlSources: Record<string, string>;
  qdrant: { url: string; apiKey?: string; alias: string };
  embedding:
    | { provider: 'local'; precision: 'int8' | 'fp32'; threads: number; tokens: number }
    | { provider: 'azure-openai'; service: AzureOpenAiAccess; deployment: string; dimensions: number }
    | { provider: 'openai'; service: OpenAiAccess; model: string; dimensions: number };
  answering:
    | { provider: 'extractive' }
    | { provider: 'azure-openai'; service: AzureOpenAiAccess; deployment: string }
    | { provider: 'openai'; service: OpenAiAccess; model: string };
  /** Of one answer, in milliseconds. */
  answerTimeoutInMilliseconds: number;
}

export interface AzureOpenAiAccess {
  endpoint: string;
  /** Absent: the app's own identity is used. */
  apiKey?: string;
  apiVersion: string;
}

export interface OpenAiAccess {
  baseUrl: string;
  apiKey: string;
}

const url = (protocols: string[]): z.ZodType<string> =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const containerName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}$/, '3 to 63 lower-case letters, digits and single hyphens');
const wholeNumber = (low: number, high: number): z.ZodType<number> =>
  z.coerce
    .number(`a whole number from ${low} to ${high}`)
    .pipe(
      z
        .number()
        .int(`a whole number from ${low} to ${high}`)
        .min(low, `a whole number from ${low} to ${high}`)
        .max(high, `a whole number from ${low} to ${high}`),
    );

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const folder = z.string().refine(isFolder, 'a folder that exists');

/** Settings that contracts name begin so; SQL_SOURCE_ORDERS, for example. */
const SQL_SOURCE_PREFIX = 'SQL_SOURCE_';

/** Every setting that the app reads, in the order of the sample settings. */
const settingsSchema = z.object({
  LAKE_CONNECTION_STRING: z
    .string()
    .regex(
      /UseDevelopmentStorage=true|(?=.*AccountName=)(?=.*AccountKey=)|(?=.*BlobEndpoint=)(?=.*SharedAccessSignature=)/,
      'a storage connection string with a key or a shared access signature',
    )
    .optional(),
  LAKE_ACCOUNT_URL: url(['https:']).optional(),
  LAKE_RAW_CONTAINER: containerName.default('raw'),
  LAKE_PROCESSED_CONTAINER: containerName.default('processed-data'),
  LAKE_QUARANTINE_CONTAINER: containerName.default('quarantine'),
  LAKE_STAGING_CONTAINER: containerName.default('staging'),
  PARQUET_CODEC: z.enum(['snappy', 'zstd'], 'snappy or zstd').default('snappy'),
  CONTRACTS_DIRECTORY: folder.default('samples/contracts'),
  TEMPORARY_DIRECTORY: z.string().default(tmpdir()),
  DUCKDB_MEMORY_MEGABYTES: wholeNumber(256, 65536).default(1024),
  BLOCK_CACHE_MEGABYTES: wholeNumber(0, 1048576).default(0),
  // Not over six days: past that a durable timer becomes a chain of timers, which not every host can make.
  GATE_DECISION_TIMEOUT_HOURS: wholeNumber(0, 144).default(24),
  POSTGRES_URL: url(['postgres:', 'postgresql:']),
  QDRANT_URL: url(['http:', 'https:']),
  QDRANT_API_KEY: z.string().optional(),
  QDRANT_ALIAS: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'up to 64 letters, digits, hyphens, underscores')
    .default('documents'),
  EMBEDDING_PROVIDER: z.enum(['local', 'azure-openai', 'openai'], 'local, azure-openai or openai').default('local'),
  LOCAL_EMBEDDING_PRECISION: z.enum(['int8', 'fp32'], 'int8 or fp32').default('int8'),
  LOCAL_EMBEDDING_THREADS: wholeNumber(1, 64).default(2),
  LOCAL_EMBEDDING_TOKENS: wholeNumber(16, 128).default(64),
  EMBEDDING_DIMENSIONS: wholeNumber(8, 8192).default(1536),
  ANSWER_PROVIDER: z
    .enum(['extractive', 'azure-openai', 'openai'], 'extractive, azure-openai or openai')
    .default('extractive'),
  ANSWER_TIMEOUT_SECONDS: wholeNumber(1, 600).default(60),
  AZURE_OPENAI_ENDPOINT: url(['https:', 'http:']).optional(),
  AZURE_OPENAI_API_KEY: z.string().optional(),
  AZURE_OPENAI_API_VERSION: z.string().default('2024-10-21'),
  AZURE_OPENAI_EMBEDDING_DEPLOYMENT: z.string().optional(),
  AZURE_OPENAI_CHAT_DEPLOYMENT: z.string().optional(),
  OPENAI_BASE_URL: url(['https:', 'http:']).default('https://api.openai.com/v1'),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_EMBEDDING_MODEL: z.string().default('text-embedding-3-small'),
  OPENAI_CHAT_MODEL: z.string().optional(),
  INGEST_SCHEDULE: z
    .string()
    .refine(isNcrontab, 'six NCRONTAB fields: second minute hour day month weekday')
    .default('0 0 1 * * *'),
});
type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Names of all settings, in the order of the sample settings. */
export const SETTING_NAMES = Object.keys(settingsSchema.shape) as SettingName[];

/** True for what the app reads of an environment. */
export function isSetting(name: string): boolean {
  return name in settingsSchema.shape || name.startsWith(SQL_SOURCE_PREFIX);
}

const EXAMPLES: Partial<Record<SettingName, string>> = {
  LAKE_CONNECTION_STRING: 'DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...',
  LAKE_ACCOUNT_URL: 'https://myaccount.blob.core.windows.net',
  POSTGRES_URL: 'postgres://user:password@host:5432/pipeline',
  QDRANT_URL: 'http://127.0.0.1:6333',
  AZURE_OPENAI_ENDPOINT: 'https://myservice.openai.azure.com',
  AZURE_OPENAI_EMBEDDING_DEPLOYMENT: 'text-embedding-3-small',
  AZURE_OPENAI_CHAT_DEPLOYMENT: 'gpt-4o-mini',
  OPENAI_API_KEY: 'sk-...',
  OPENAI_CHAT_MODEL: 'gpt-4o-mini',
  INGEST_SCHEDULE: '0 0 1 * * *',
};

/** Settings whose value must never be shown. */
const SECRETS = new Set<SettingName>([
  'LAKE_CONNECTION_STRING',
  'POSTGRES_URL',
  'QDRANT_API_KEY',
  'AZURE_OPENAI_API_KEY',
  'OPENAI_API_KEY',
]);

/**
 * Reads and checks all settings. An empty value counts as absent.
 * Throws FaultList CONFIGURATION_INVALID with one fault for each missing or wrong setting.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(SETTING_NAMES.map((name) => [name, environment[name]?.trim() || undefined]));
  const parsed = settingsSchema.safeParse(given);
  const faults: Problem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const name = issue.path[0] as SettingName;
        return given[name] === undefined ? missing(name) : wrong(name, given[name], issue.message);
      });
  const present = new Set<SettingName>(SETTING_NAMES.filter((name) => given[name] !== undefined));
  faults.push(...missingTogether(given, present));
  const sqlSources = sqlSourcesOf(environment, faults);
  if (!parsed.success || faults.length > 0) {
    throw new FaultList(
      'CONFIGURATION_INVALID',
      `${faults.length} setting${faults.length === 1 ? ' is' : 's are'} missing or wrong; the app does not start.`,
      faults,
      {
        remedy:
          'Set them in local.settings.json, the environment or the app settings; local.settings.sample.json has all.',
      },
    );
  }
  return { ...toConfig(parsed.data), sqlSources };
}

/** Settings whose names the contracts choose: one for each SQL source. */
function sqlSourcesOf(environment: Record<string, string | undefined>, faults: Problem[]): Record<string, string> {
  const given = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    name.startsWith(SQL_SOURCE_PREFIX) && value?.trim() ? [[name, value.trim()]] : [],
  );
  for (const [name, value] of given) {
    if (url(['postgres:', 'postgresql:']).safeParse(value).success) continue;
    faults.push({
      code: 'SETTING_INVALID',
      message: `${name} is not valid`,
      found: 'a value that is kept secret',
      expected: `the URL of a SQL source, for example ${EXAMPLES.POSTGRES_URL}`,
      where: { setting: name },
    });
  }
  return Object.fromEntries(given);
}

/** The connection string that a contract names by its setting. Not set: SETTING_MISSING. */
export function sqlConnection({ sqlSources }: Pick<Config, 'sqlSources'>, setting: string): string {
  const connection = sqlSources[setting];
  if (connection !== undefined) return connection;
  throw new PipelineError('SETTING_MISSING', `${setting} is not set, and a contract takes its rows from there.`, {
    expected: `for example ${EXAMPLES.POSTGRES_URL}`,
    where: { setting },
    remedy: 'Set it in local.settings.json, the environment or the app settings.',
  });
}

/** What can only be judged over several settings. */
function missingTogether(given: Partial<Record<SettingName, string>>, present: Set<SettingName>): Problem[] {
  const faults: Problem[] = [];
  const need = (name: SettingName, why: string): void => {
    if (!present.has(name)) faults.push(missing(name, why));
  };
  if (!present.has('LAKE_CONNECTION_STRING') && !present.has('LAKE_ACCOUNT_URL')) {
    faults.push(missing('LAKE_CONNECTION_STRING', 'or LAKE_ACCOUNT_URL to use the identity of the app'));
  }
  if (present.has('LAKE_CONNECTION_STRING') && present.has('LAKE_ACCOUNT_URL')) {
    faults.push({
      code: 'SETTING_CONFLICT',
      message: 'LAKE_CONNECTION_STRING and LAKE_ACCOUNT_URL are both set',
      expected: 'one of them',
      where: { setting: 'LAKE_ACCOUNT_URL' },
    });
  }
  for (const [provider, embedding] of [
    ['EMBEDDING_PROVIDER', true],
    ['ANSWER_PROVIDER', false],
  ] as const) {
    const why = `because ${provider} is ${given[provider]}`;
    if (given[provider] === 'azure-openai') {
      need('AZURE_OPENAI_ENDPOINT', why);
      need(embedding ? 'AZURE_OPENAI_EMBEDDING_DEPLOYMENT' : 'AZURE_OPENAI_CHAT_DEPLOYMENT', why);
    }
    if (given[provider] === 'openai') {
      need('OPENAI_API_KEY', why);
      if (!embedding) need('OPENAI_CHAT_MODEL', why);
    }
  }
  const seen = new Set<string>();
  return faults.filter(({ where }) => {
    const key = where?.setting ?? '';
    return !seen.has(key) && seen.add(key);
  });
}

function missing(name: SettingName, why?: string): Problem {
  return {
    code: 'SETTING_MISSING',
    message: `${name} is not set${why === undefined ? '' : ` (${why})`}`,
    expected: EXAMPLES[name] === undefined ? undefined : `for example ${EXAMPLES[name]}`,
    where: { setting: name },
  };
}

function wrong(name: SettingName, value: string | undefined, expected: string): Problem {
  const example = EXAMPLES[name] === undefined ? '' : `, for example ${EXAMPLES[name]}`;
  return {
    code: 'SETTING_INVALID',
    message: `${name} is not valid`,
    found: SECRETS.has(name) ? 'a value that is kept secret' : JSON.stringify(value),
    expected: `${expected}${example}`,
    where: { setting: name },
  };
}

function toConfig(settings: Settings): Omit<Config, 'sqlSources'> {
  const azure = (): AzureOpenAiAccess => ({
    endpoint: settings.AZURE_OPENAI_ENDPOINT ?? '',
    apiKey: settings.AZURE_OPENAI_API_KEY,
    apiVersion: settings.AZURE_OPENAI_API_VERSION,
  });
  const openAi = (): OpenAiAccess => ({ baseUrl: settings.OPENAI_BASE_URL, apiKey: settings.OPENAI_API_KEY ?? '' });
  return {
    lake: {
      access: settings.LAKE_CONNECTION_STRING
        ? { kind: 'connectionString', connectionString: settings.LAKE_CONNECTION_STRING }
        : { kind: 'identity', accountUrl: settings.LAKE_ACCOUNT_URL ?? '' },
      containers: {
        raw: settings.LAKE_RAW_CONTAINER,
        processed: settings.LAKE_PROCESSED_CONTAINER,
        quarantine: settings.LAKE_QUARANTINE_CONTAINER,
        staging: settings.LAKE_STAGING_CONTAINER,
      },
      parquetCodec: settings.PARQUET_CODEC,
    },
    contractsDirectory: settings.CONTRACTS_DIRECTORY,
    temporaryDirectory: settings.TEMPORARY_DIRECTORY,
    duckdbMemoryInMegabytes: settings.DUCKDB_MEMORY_MEGABYTES,
    blockCacheInMegabytes: settings.BLOCK_CACHE_MEGABYTES,
    gateDecisionTimeoutInHours: settings.GATE_DECISION_TIMEOUT_HOURS,
    postgresUrl: settings.POSTGRES_URL,
    qdrant: { url: settings.QDRANT_URL, apiKey: settings.QDRANT_API_KEY, alias: settings.QDRANT_ALIAS },
    embedding: embeddingOf(settings, azure, openAi),
    answering: answeringOf(settings, azure, openAi),
    answerTimeoutInMilliseconds: settings.ANSWER_TIMEOUT_SECONDS * 1000,
  };
}

function embeddingOf(
  settings: Settings,
  azure: () => AzureOpenAiAccess,
  openAi: () => OpenAiAccess,
): Config['embedding'] {
  const dimensions = settings.EMBEDDING_DIMENSIONS;
  switch (settings.EMBEDDING_PROVIDER) {
    case 'local':
      return {
        provider: 'local',
        precision: settings.LOCAL_EMBEDDING_PRECISION,
        threads: settings.LOCAL_EMBEDDING_THREADS,
        tokens: settings.LOCAL_EMBEDDING_TOKENS,
      };
    case 'azure-openai':
      return {
        provider: 'azure-openai',
        service: azure(),
        deployment: settings.AZURE_OPENAI_EMBEDDING_DEPLOYMENT ?? '',
        dimensions,
      };
    case 'openai':
      return { provider: 'openai', service: openAi(), model: settings.OPENAI_EMBEDDING_MODEL, dimensions };
  }
}

function answeringOf(
  settings: Settings,
  azure: () => AzureOpenAiAccess,
  openAi: () => OpenAiAccess,
): Config['answering'] {
  switch (settings.ANSWER_PROVIDER) {
    case 'extractive':
      return { provider: 'extractive' };
    case 'azure-openai':
      return { provider: 'azure-openai', service: azure(), deployment: settings.AZURE_OPENAI_CHAT_DEPLOYMENT ?? '' };
    case 'openai':
      return { provider: 'openai', service: openAi(), model: settings.OPENAI_CHAT_MODEL ?? '' };
  }
}
