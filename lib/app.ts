import { createIdentity } from './access/createIdentity';
import type { Identify } from './access/identity';
import type { Answerer } from './answering/answerer';
import { createQuestionQueue, type QuestionQueue } from './answering/questionQueue';
import { tracedAnswerer } from './answering/tracedAnswerer';
import { tracedQueue } from './answering/tracedQueue';
import { createExtractiveAnswerer } from './answering/extractive';
import { createChatAnswerer } from './answering/openAi';
import type { ScoringDependencies } from './answering/scoreSentences';
import { createAuditStore, type AuditStore } from './audit/auditStore';
import { azureIdentity, openAiTokenProvider } from './azureIdentity';
import { sqlSource } from './config/readConfig';
import type { AzureOpenAiAccess, Config } from './config/config';
import { contractFolder, type ContractCatalog } from './contract/contractCatalog';
import type { ContractEngine } from './contract/reading/contractEngine';
import type { DuckDbSettings } from './duckdb/duckdb';
import { createEngines } from './duckdb/engines';
import type { Embedder } from './embedding/embedder';
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from './embedding/openAi';
import { keepRecentVectors } from './embedding/recentVectors';
import { tracedEmbedder } from './embedding/tracedEmbedder';
import { createUseLiteEmbedder } from './embedding/useLite/useLite';
import type { Probe } from './health';
import type { IngestDependencies } from './ingest/dependencies';
import { createAzureStorage } from './storage/azureStorage';
import { createLakeReader } from './documents/lakeReader';
import { contractContainer } from './lakehouse/contractContainer';
import type { Lakehouse } from './lakehouse/lakehouse';
import type { ObjectStore } from './storage/objectStore';
import { createPartLookup } from './documents/partLookup';
import { createBlockCache } from './storage/blockCache';
import { tracedStore } from './storage/tracedStore';
import { createAccessFinder, type FindAccess } from './documents/documentAccess';
import { createDocumentLookup } from './documents/currentDocuments';
import { migrate } from './database/migrate';
import { migratedDatabase, migrateOnce } from './database/migratedDatabase';
import type { Database } from './database/database';
import { createPostgres, type PostgresOptions } from './database/postgres';
import { tracedDatabase } from './database/tracedDatabase';
import type { DocumentLookup } from './documents/documentLookup';
import { createContractEngine } from './quality/analyseQueries';
import { createGateStore } from './quality/gateStore';
import { createCancellationStore } from './runs/cancellationStore';
import { createRunStore } from './runs/runStore';
import { createExtractStore } from './extraction/extractStore';
import { contractOfRun } from './staging/runContract';
import { createPostgresSource } from './extraction/postgresSource';
import { tracedSource } from './extraction/tracedSource';
import { createTextChunker } from './language/textChunker';
import { addressOf, modelOf, providerOf, type OpenAiService } from './openAi/openAiService';
import { withOwnPrices } from './prices/ownPrices';
import { countedDatabase } from './usage/borders/countedDatabase';
import { countedModel } from './usage/borders/countedModel';
import { countedStorage } from './usage/borders/countedStorage';
import { countedVectors } from './usage/borders/countedVectors';
import { createUsageMeter, type UsageMeter } from './usage/usageMeter';
import { createUsageStore } from './usage/usageStore';
import { keepRecentRarity } from './vectors/recentRarity';
import { addressOfPostgres, postgresConnection } from './postgresConnection';
import { serverOf } from './telemetry/attributes';
import { createTraceStore, type TraceStore } from './telemetry/traceStore';
import { createQdrantIndex } from './vectors/qdrant';
import { tracedIndex } from './vectors/tracedIndex';
import { trustCertificate } from './vectors/trustCertificate';

/** Everything that the triggers use. Its own stores are for requests: their queries have time limits. */
export interface App extends IngestDependencies {
  /** For the steps of runs: the same, with connections of their own and without time limits. */
  steps: IngestDependencies;
  /** Who sends a request. */
  identify: Identify;
  audit: AuditStore;
  /** Origins of other web pages that may call the API. */
  allowedOrigins: readonly string[];
  documents: DocumentLookup;
  findAccess: FindAccess;
  answerer: Answerer;
  questions: QuestionQueue;
  answerTimeoutInMilliseconds: number;
  traces: TraceStore;
  probes: Record<string, Probe>;
  close(): Promise<void>;
}

/** The composition root: the only place where clients are built. They connect when they are first used. */
export function createApp(config: Config): App {
  const meter = createUsageMeter({ instanceMemoryInGigabytes: config.instanceMemoryInMegabytes / 1024 });
  const store = countedStorage(tracedStore(createObjectStore(config)), meter);
  const duckDb: DuckDbSettings = {
    memoryLimitInMegabytes: config.duckdbMemoryInMegabytes,
    spillLimitInMegabytes: config.duckdbSpillInMegabytes,
  };
  const engines = createEngines(duckDb);
  const contracts = createContracts(config, store, createContractEngine(engines, config.temporaryDirectory));
  const lakehouse: Lakehouse = {
    store,
    contracts,
    containers: config.lake.containers,
    temporaryDirectory: config.temporaryDirectory,
    parquetCodec: config.lake.parquetCodec,
    duckDb,
    rangeLengthInBytes: config.rangeLengthInBytes,
    unpackLimits: config.unpackLimits,
    qualityRuleTimeoutInSeconds: config.qualityRuleTimeoutInSeconds,
    engines,
    blocks: createBlockCache({
      limitInBytes: config.blockCacheInMegabytes * 1024 * 1024,
      temporaryDirectory: config.temporaryDirectory,
    }),
  };
  const lake = createLakeReader(lakehouse);
  const { database, requestDatabase } = createDatabases(config, meter);
  const embedder = createEmbedder(config, meter);
  const questionEmbedder = keepRecentVectors(embedder);
  const chunker = createTextChunker();
  if (config.qdrant.certificate) trustCertificate(config.qdrant.certificate);
  const { alias, url } = config.qdrant;
  const index = tracedIndex(createQdrantIndex({ ...config.qdrant, embedder }), alias, serverOf(url));
  const vectors = countedVectors(index, meter);
  const closing = new AbortController();
  const steps: IngestDependencies = {
    contracts,
    lakehouse,
    lake,
    ...createStores(database),
    meter,
    prices: withOwnPrices(config.prices),
    connectSource: (setting) =>
      tracedSource(createPostgresSource(postgresConnection(sqlSource(config, setting)), setting)),
    vectors,
    embedder,
    chunker,
    disks: {
      temporary: config.temporaryDirectory,
      ...(config.localDataDirectory ? { data: config.localDataDirectory } : {}),
    },
    closing: closing.signal,
    gateDecisionTimeoutInHours: config.gateDecisionTimeoutInHours,
    committedPart: createPartLookup(lake, async (key) => (await contractOfRun(lakehouse, key)).roles),
  };
  return {
    ...steps,
    ...createStores(requestDatabase),
    steps,
    identify: createIdentity(config.access),
    audit: createAuditStore(requestDatabase),
    allowedOrigins: config.access.allowedOrigins,
    documents: createDocumentLookup(requestDatabase),
    findAccess: createAccessFinder(contracts),
    embedder: questionEmbedder,
    answerer: createAnswerer(config, meter, { vectors: keepRecentRarity(vectors), embedder: questionEmbedder }),
    questions: tracedQueue(createQuestionQueue(config.questions)),
    answerTimeoutInMilliseconds: config.answerTimeoutInMilliseconds,
    traces: createTraceStore(config.telemetry.exporter),
    probes: {
      storage: () => store.info(config.lake.containers.raw, 'health'),
      postgres: () => requestDatabase.query('select 1'),
      vectors: () => vectors.check(),
    },
    close: async () => {
      closing.abort();
      engines.close();
      await Promise.all([
        database.close(),
        requestDatabase.close(),
        embedder.close(),
        chunker.close(),
        lakehouse.blocks.clear(),
      ]);
    },
  };
}

function createContracts({ contracts }: Config, store: ObjectStore, engine: ContractEngine): ContractCatalog {
  return contracts.kind === 'folder'
    ? contractFolder(contracts.folder, engine)
    : contractContainer(store, contracts.container, engine);
}

/** Two pools, so that requests never wait for the connections of steps, nor steps for those of requests. */
function createDatabases(config: Config, meter: UsageMeter): { database: Database; requestDatabase: Database } {
  const connection = postgresConnection(config.postgres);
  const open = (options: PostgresOptions): Database => countedDatabase(createPostgres(connection, options), meter);
  const database = open({ connections: config.postgresConnections.steps });
  const requestDatabase = open({
    connections: config.postgresConnections.requests,
    timeoutInMilliseconds: config.requestQueryTimeoutInMilliseconds,
  });
  const whenMigrated = migrateOnce(() => migrate(database));
  const server = serverOf(addressOfPostgres(config.postgres));
  return {
    database: tracedDatabase(migratedDatabase(database, whenMigrated), server),
    requestDatabase: tracedDatabase(migratedDatabase(requestDatabase, whenMigrated), server),
  };
}

function createStores(
  database: Database,
): Pick<IngestDependencies, 'database' | 'runs' | 'gates' | 'cancellations' | 'extracts' | 'usages'> {
  return {
    database,
    runs: createRunStore(database),
    gates: createGateStore(database),
    cancellations: createCancellationStore(database),
    extracts: createExtractStore(database),
    usages: createUsageStore(database),
  };
}

export function createObjectStore({ lake: { access } }: Pick<Config, 'lake'>): ObjectStore {
  return access.kind === 'connectionString'
    ? createAzureStorage({ connectionString: access.connectionString })
    : createAzureStorage({ accountUrl: access.accountUrl, credential: azureIdentity() });
}

function createEmbedder({ embedding }: Config, meter: UsageMeter): Embedder {
  const counted = (model: string, isInApp = false) => countedModel(meter, { model, isInApp });
  switch (embedding.provider) {
    case 'local': {
      const { precision, threads: workers, tokens: maxTokens } = embedding;
      const embedder = createUseLiteEmbedder({ precision, workers, maxTokens, report: counted('use-lite', true) });
      return tracedEmbedder(embedder, { provider: 'pipeline-x', model: embedder.id });
    }
    case 'azure-openai':
      return hostedEmbedder({
        service: azureOpenAiService(embedding.service, embedding.deployment),
        dimensions: embedding.dimensions,
        report: counted(embedding.deployment),
      });
    case 'openai':
      return hostedEmbedder({
        service: { kind: 'openai', ...embedding.service, model: embedding.model },
        dimensions: embedding.dimensions,
        report: counted(embedding.model),
      });
  }
}

function hostedEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { service } = options;
  return tracedEmbedder(createOpenAiEmbedder(options), {
    provider: providerOf(service),
    model: modelOf(service),
    server: serverOf(addressOf(service)),
  });
}

function createAnswerer(config: Config, meter: UsageMeter, scoring: ScoringDependencies): Answerer {
  const { answering, answerTimeoutInMilliseconds: timeoutInMilliseconds } = config;
  if (answering.provider === 'extractive') return tracedAnswerer(createExtractiveAnswerer(scoring));
  const { reasoningEffort, tokens } = answering;
  const service: OpenAiService =
    answering.provider === 'azure-openai'
      ? azureOpenAiService(answering.service, answering.deployment)
      : { kind: 'openai', ...answering.service, model: answering.model };
  const report = countedModel(meter, { model: modelOf(service), isInApp: false });
  const answerer = createChatAnswerer({ service, timeoutInMilliseconds, reasoningEffort, tokens, report });
  return tracedAnswerer(answerer, { provider: providerOf(service), server: serverOf(addressOf(service)) });
}

function azureOpenAiService({ endpoint, apiKey, apiVersion }: AzureOpenAiAccess, deployment: string): OpenAiService {
  return { kind: 'azure-openai', endpoint, apiVersion, deployment, credential: apiKey ?? openAiTokenProvider() };
}
