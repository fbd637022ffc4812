import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAzurite } from '../../local/azurite';
import { startPostgres } from '../../local/postgres/postgres';
import { startVectorEndpoint } from '../../packages/vector-endpoint/vectorEndpoint';

/**
 * One Azurite, one PostgreSQL and one vector endpoint for the whole test run; each test file creates its own containers,
 * database and collections. Servers named in the environment are used instead.
 */
export default async function globalSetup(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-tests-'));
  const [azurite, postgres, vectors] = await Promise.all([
    startAzurite({ dataDirectory: path.join(folder, 'azurite') }),
    startPostgres({ dataDirectory: folder }),
    startVectorEndpoint({ port: 0, dataDirectory: path.join(folder, 'vectors') }),
  ]);
  process.env.TEST_STORAGE = azurite.connectionString;
  process.env.TEST_POSTGRES_URL = postgres.adminUrl;
  process.env.TEST_QDRANT_URL = process.env.QDRANT_URL ?? vectors.url;
  globalThis.stopTestServers = { folder, stop: () => Promise.all([azurite.stop(), postgres.stop(), vectors.stop()]) };
}

declare global {
  var stopTestServers: { folder: string; stop: () => Promise<unknown> } | undefined;
}
