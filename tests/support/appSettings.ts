import path from 'node:path';
import { testQdrantUrl, testStorage, type TestDatabase } from './servers';

export interface AppOnTestServices {
  /** Names the containers and the alias of this app. */
  name: string;
  /** Has the contracts; temporary files go below it. */
  folder: string;
  database: Pick<TestDatabase, 'url'>;
  /** Of the vectors of the model service. */
  dimensions: number;
  /** Address of a stand-in for the model service, without `/v1`. */
  modelUrl: string;
  /** Default: `key`. */
  modelKey?: string;
}

/** Settings of an app on the services of the test run, with a hosted embedding model. */
export function appSettings(app: AppOnTestServices): Record<string, string> {
  const { name, folder, database, dimensions, modelUrl, modelKey = 'key' } = app;
  return {
    LAKE_CONNECTION_STRING: testStorage(),
    LAKE_RAW_CONTAINER: `${name}-raw`,
    LAKE_PROCESSED_CONTAINER: `${name}-processed`,
    LAKE_QUARANTINE_CONTAINER: `${name}-quarantine`,
    LAKE_STAGING_CONTAINER: `${name}-staging`,
    CONTRACTS_DIRECTORY: folder,
    TEMPORARY_DIRECTORY: path.join(folder, 'temporary'),
    POSTGRES_URL: database.url,
    QDRANT_URL: testQdrantUrl(),
    QDRANT_ALIAS: name,
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_DIMENSIONS: String(dimensions),
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    OPENAI_API_KEY: modelKey,
  };
}
