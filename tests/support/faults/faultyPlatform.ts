import { migrate } from '../../../lib/database/migrate';
import { createPostgres } from '../../../lib/database/postgres';
import type { Database } from '../../../lib/database/database';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { createPartLookup } from '../../../lib/documents/partLookup';
import { createExtractStore } from '../../../lib/extraction/extractStore';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import { createTextChunker } from '../../../lib/language/textChunker';
import { createGateStore } from '../../../lib/quality/gateStore';
import { createCancellationStore } from '../../../lib/runs/cancellationStore';
import { createRunStore } from '../../../lib/runs/runStore';
import { contractOfRun } from '../../../lib/staging/runContract';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import { LIST_PRICES } from '../../../lib/prices/listPrices';
import { createUsageMeter } from '../../../lib/usage/usageMeter';
import { createUsageStore } from '../../../lib/usage/usageStore';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { countingEmbedder } from '../countingEmbedder';
import { startLake, type TestLake } from '../lake';
import { createTestDatabase, testQdrantUrl, testStorage, uniqueName } from '../servers';
import type { FaultPlan } from './faultPlan';
import { startHttpFaultProxy } from './httpFaultProxy';
import { startTcpFaultProxy } from './tcpFaultProxy';

export interface FaultyPlatform {
  /** Straight to the services: for the files, and to compare. */
  lake: TestLake;
  direct: IngestDependencies;
  /** Through the proxies: for the runs. */
  faulty: IngestDependencies;
  stop(): Promise<void>;
}

/** The services of the test run, and the same ones behind proxies with the faults of the plan. */
export async function startFaultyPlatform(plan: FaultPlan): Promise<FaultyPlatform> {
  const [lake, test] = await Promise.all([startLake(), createTestDatabase()]);
  await migrate(test.database);
  const blob = new URL(/BlobEndpoint=([^;]+)/.exec(testStorage())?.[1] ?? '');
  const qdrant = new URL(testQdrantUrl());
  const postgres = new URL(test.url);
  const [storageProxy, vectorProxy, postgresProxy] = await Promise.all([
    // Lists of the table's log only: a list of raw/ that is old can not be told from a partition without the new file.
    startHttpFaultProxy({
      port: Number(blob.port),
      plan,
      mayBeStale: (method, url) => method === 'GET' && url.includes('comp=list') && url.includes('_delta_log'),
    }),
    startHttpFaultProxy({ port: Number(qdrant.port), plan }),
    startTcpFaultProxy({ port: Number(postgres.port), plan }),
  ]);
  postgres.hostname = '127.0.0.1';
  postgres.port = String(postgresProxy.port);
  const faultyDatabase = createPostgres(postgres.href);
  const connectionString = testStorage().replaceAll(`:${blob.port}/`, `:${storageProxy.port}/`);
  const alias = uniqueName('faults');
  const direct = dependenciesOf(lake, test.database, qdrant.href, alias);
  await direct.vectors.ensure();
  const faultyLake = { ...lake, store: createAzureStorage({ connectionString, retryDelayInMilliseconds: 5 }) };
  return {
    lake,
    direct,
    faulty: dependenciesOf(faultyLake, faultyDatabase, `http://127.0.0.1:${vectorProxy.port}`, alias),
    stop: async () => {
      plan.stop();
      await faultyDatabase.close();
      await Promise.all([storageProxy.stop(), vectorProxy.stop(), postgresProxy.stop()]);
      await Promise.all([test.drop(), lake.stop()]);
    },
  };
}

function dependenciesOf(
  lakehouse: Lakehouse,
  database: Database,
  qdrantUrl: string,
  alias: string,
): IngestDependencies {
  const lake = createLakeReader(lakehouse);
  const embedder = countingEmbedder();
  return {
    contracts: lakehouse.contracts,
    lakehouse,
    lake,
    database,
    embedder,
    // Short texts, so its worker never starts.
    chunker: createTextChunker(),
    vectors: createQdrantIndex({ url: qdrantUrl, alias, embedder }),
    runs: createRunStore(database),
    gates: createGateStore(database),
    cancellations: createCancellationStore(database),
    extracts: createExtractStore(database),
    meter: createUsageMeter({ instanceMemoryInGigabytes: 2 }),
    usages: createUsageStore(database),
    prices: LIST_PRICES,
    connectSource: () => {
      throw new Error('There is no SQL source.');
    },
    committedPart: createPartLookup(lake, async (key) => (await contractOfRun(lakehouse, key)).roles),
    gateDecisionTimeoutInHours: 1,
    disks: {},
    closing: new AbortController().signal,
  };
}
