import path from 'node:path';
import type { AccessConfig } from '../access/createIdentity';
import type { OwnPrices } from '../prices/ownPrices';
import type { SettingValues } from './settings';
import { fromAppFolder } from './values';

/** The settings as the app uses them. */
export interface Config {
  lake: {
    access: { kind: 'connectionString'; connectionString: string } | { kind: 'identity'; accountUrl: string };
    containers: { raw: string; processed: string; quarantine: string; staging: string };
    parquetCodec: 'snappy' | 'zstd';
  };
  contracts: { kind: 'folder'; folder: string } | { kind: 'container'; container: string };
  temporaryDirectory: string;
  /** Of the services on this machine, if there are any. */
  localDataDirectory?: string;
  /** For one DuckDB instance, in megabytes. */
  duckdbMemoryInMegabytes: number;
  /** Likewise, for its spill files; absent: what the disk has. */
  duckdbSpillInMegabytes?: number;
  /** Of the part of a file that one activity transforms. */
  rangeLengthInBytes: number;
  qualityRuleTimeoutInSeconds: number;
  unpackLimits: { ratio: number; bytes: number };
  /** Local disk for blocks that scans keep for transforms; 0 keeps nothing. */
  blockCacheInMegabytes: number;
  /** How long a run with a closed quality gate waits for a decision; 0: it fails at once. */
  gateDecisionTimeoutInHours: number;
  postgres: PostgresAccess;
  /** Connections of one process: for the steps of runs, and for requests. */
  postgresConnections: { steps: number; requests: number };
  /** Time limit of a query for a request. */
  requestQueryTimeoutInMilliseconds: number;
  /** SQL sources by the names of their settings, `SQL_SOURCE_...`. */
  sqlSources: Record<string, PostgresAccess>;
  qdrant: {
    url: string;
    apiKey?: string;
    /** PEM of a certificate to trust. */
    certificate?: string;
    alias: string;
    hnswEf: number;
    compression: 'auto' | 'on' | 'off';
  };
  embedding:
    | { provider: 'local'; precision: 'int8' | 'fp32'; threads: number; tokens: number }
    | { provider: 'azure-openai'; service: AzureOpenAiAccess; deployment: string; dimensions: number }
    | { provider: 'openai'; service: OpenAiAccess; model: string; dimensions: number };
  answering:
    | { provider: 'extractive' }
    | ({ provider: 'azure-openai'; service: AzureOpenAiAccess; deployment: string } & ChatOptions)
    | ({ provider: 'openai'; service: OpenAiAccess; model: string } & ChatOptions);
  /** Time limit of one answer, in milliseconds. */
  answerTimeoutInMilliseconds: number;
  /** How many questions are answered at once, and how many wait. */
  questions: { atWork: number; waiting: number };
  access: AccessConfig;
  /** Of the instance that runs the app, as it is billed. */
  instanceMemoryInMegabytes: number;
  /** Prices that replace or add to those of the list. */
  prices: OwnPrices | undefined;
  telemetry: TelemetryConfig;
}

export interface TelemetryConfig {
  exporter:
    | { kind: 'none' }
    | { kind: 'console' }
    | { kind: 'otlp'; endpoint: string; headers: Record<string, string> }
    | { kind: 'azure-monitor'; connectionString: string }
    | { kind: 'file'; folder: string };
  /** Share of traces that are kept, 0 to 1. */
  samplingRatio: number;
}

/** A URL with user and password, or a server that takes tokens of the app's identity. */
export type PostgresAccess =
  { kind: 'url'; url: string } | { kind: 'identity'; host: string; port: number; database: string; user: string };

export interface ChatOptions {
  reasoningEffort: SettingValues['ANSWER_REASONING_EFFORT'];
  /** Most tokens of an answer. */
  tokens: number;
}

export interface AzureOpenAiAccess {
  endpoint: string;
  /** Absent: the app uses its own identity. */
  apiKey?: string;
  /** Absent: the API v1. */
  apiVersion?: string;
}

export interface OpenAiAccess {
  baseUrl: string;
  apiKey: string;
}

/** Of a Flex Consumption plan, in MB: what a run on a machine of unknown memory would be billed for. */
const MEMORY_OF_A_SMALL_INSTANCE = 2048;

/** Groups the values of settings as the app uses them. */
export function toConfig(settings: SettingValues): Omit<Config, 'sqlSources'> {
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
    contracts: settings.CONTRACTS_CONTAINER
      ? { kind: 'container', container: settings.CONTRACTS_CONTAINER }
      : { kind: 'folder', folder: fromAppFolder(settings.CONTRACTS_DIRECTORY) },
    temporaryDirectory: settings.TEMPORARY_DIRECTORY,
    localDataDirectory: settings.LOCAL_DATA_DIRECTORY,
    duckdbMemoryInMegabytes: settings.DUCKDB_MEMORY_MEGABYTES,
    duckdbSpillInMegabytes: settings.DUCKDB_SPILL_MEGABYTES,
    rangeLengthInBytes: settings.RANGE_MEGABYTES * 1024 * 1024,
    unpackLimits: { ratio: settings.UNPACKED_RATIO_LIMIT, bytes: settings.UNPACKED_MEGABYTES_LIMIT * 1024 * 1024 },
    qualityRuleTimeoutInSeconds: settings.QUALITY_RULE_TIMEOUT_SECONDS,
    blockCacheInMegabytes: settings.BLOCK_CACHE_MEGABYTES,
    gateDecisionTimeoutInHours: settings.GATE_DECISION_TIMEOUT_HOURS,
    postgres: postgresOf(settings),
    postgresConnections: { steps: settings.POSTGRES_CONNECTIONS, requests: settings.POSTGRES_REQUEST_CONNECTIONS },
    requestQueryTimeoutInMilliseconds: settings.REQUEST_QUERY_TIMEOUT_SECONDS * 1000,
    qdrant: {
      url: settings.QDRANT_URL,
      apiKey: settings.QDRANT_API_KEY,
      certificate: settings.QDRANT_CERTIFICATE,
      alias: settings.QDRANT_ALIAS,
      hnswEf: settings.QDRANT_HNSW_EF,
      compression: settings.QDRANT_COMPRESSION,
    },
    embedding: embeddingOf(settings, azure, openAi),
    answering: answeringOf(settings, azure, openAi),
    questions: { atWork: settings.ANSWERS_AT_WORK, waiting: settings.ANSWERS_WAITING },
    answerTimeoutInMilliseconds: settings.ANSWER_TIMEOUT_SECONDS * 1000,
    access: accessOf(settings),
    instanceMemoryInMegabytes: settings.INSTANCE_MEMORY_MEGABYTES ?? MEMORY_OF_A_SMALL_INSTANCE,
    prices: settings.PRICES,
    telemetry: { exporter: exporterOf(settings), samplingRatio: settings.TELEMETRY_SAMPLING_RATIO },
  };
}

function postgresOf(settings: SettingValues): PostgresAccess {
  if (settings.POSTGRES_AUTHENTICATION === 'password') return { kind: 'url', url: settings.POSTGRES_URL ?? '' };
  return {
    kind: 'identity',
    host: settings.POSTGRES_HOST ?? '',
    port: settings.POSTGRES_PORT,
    database: settings.POSTGRES_DATABASE ?? '',
    user: settings.POSTGRES_USER ?? '',
  };
}

function embeddingOf(
  settings: SettingValues,
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
  settings: SettingValues,
  azure: () => AzureOpenAiAccess,
  openAi: () => OpenAiAccess,
): Config['answering'] {
  const chat = { reasoningEffort: settings.ANSWER_REASONING_EFFORT, tokens: settings.ANSWER_TOKENS };
  switch (settings.ANSWER_PROVIDER) {
    case 'extractive':
      return { provider: 'extractive' };
    case 'azure-openai':
      return {
        provider: 'azure-openai',
        service: azure(),
        deployment: settings.AZURE_OPENAI_CHAT_DEPLOYMENT ?? '',
        ...chat,
      };
    case 'openai':
      return { provider: 'openai', service: openAi(), model: settings.OPENAI_CHAT_MODEL ?? '', ...chat };
  }
}

function exporterOf(settings: SettingValues): TelemetryConfig['exporter'] {
  const kind = settings.TELEMETRY_EXPORTER;
  switch (kind) {
    case 'none':
    case 'console':
      return { kind };
    case 'otlp':
      return { kind, endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT, headers: headersOf(settings) };
    case 'azure-monitor':
      return { kind, connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '' };
    case 'file':
      return { kind, folder: path.join(settings.LOCAL_DATA_DIRECTORY ?? '', 'traces') };
  }
}

function headersOf({ OTEL_EXPORTER_OTLP_HEADERS: text = '' }: SettingValues): Record<string, string> {
  const pairs = text.split(',').filter(Boolean);
  // A value may have an equals sign, and is percent-encoded, as the standard says.
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function accessOf(settings: SettingValues): AccessConfig {
  const { ENTRA_TENANT_ID: tenantId, ENTRA_AUDIENCE: audience, LOCAL_TOKEN: token } = settings;
  const authority = settings.ENTRA_AUTHORITY.replace(/\/+$/, '');
  return {
    trustsPlatform: settings.PLATFORM_IDENTITY,
    entra: tenantId && audience ? { tenantId, audience, authority } : undefined,
    local: token ? { token, user: settings.LOCAL_USER } : undefined,
    signedInRoles: settings.SIGNED_IN_ROLES,
    anonymousRoles: settings.ALLOW_ANONYMOUS ? settings.ANONYMOUS_ROLES : undefined,
    allDocumentsGroup: settings.ALL_DOCUMENTS_GROUP,
    allowedOrigins: settings.ALLOWED_ORIGINS,
  };
}
