import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDistantHttp, type DistantHttp } from '../../bench/hybrid/distantHttp';
import { createPostgres } from '../../lib/database/postgres';
import type { Citation } from '../../lib/answering/answer';
import { createAzureStorage } from '../../lib/storage/azureStorage';
import { startAzurite, type RunningAzurite } from '../../local/azurite';
import { postgresFolder } from '../../local/postgres/postgres';
import { SAMPLE_DATASET, SAMPLE_DATE, stateOfTheUnion } from '../../samples/stateOfTheUnion';
import { startIdentityEndpoint, type IdentityEndpoint } from '../support/identityEndpoint';
import { startTlsPostgres, type TlsPostgres } from '../support/tlsPostgres';
import { sampleTexts } from './sampleTexts';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

// Compute here, lake and database elsewhere. Each test continues from the one before it, on the same lake and database.
jest.setTimeout(600_000);

const ACCOUNT = 'distantlake';
const USER = 'id-pipeline-x';
/** Three parts of base64url with dots between them and about 2 KB, as the tokens of Entra ID have. */
const TOKEN = [90, 1100, 256].map((length) => randomBytes(length).toString('base64url')).join('.');
/** Two of its files: embedding all takes a minute, twice. */
const SAMPLE = stateOfTheUnion().slice(0, 2);
const COUNTS = { source: 60, lake: 60, sql: 60, vectors: 60 };
const QUESTION = 'What did the presidents say about the public debt?';

const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-hybrid-'));
const certificateFile = path.join(folder, 'authority.pem');
let storage: RunningAzurite;
let network: DistantHttp;
let server: TlsPostgres;
let identity: IdentityEndpoint;
let platform: RunningTestPlatform | undefined;
let answered: Citation[] = [];

beforeAll(async () => {
  [storage, server, identity] = await Promise.all([
    startAzurite({
      dataDirectory: path.join(folder, 'storage'),
      account: ACCOUNT,
      accountKey: randomBytes(64).toString('base64'),
    }),
    startTlsPostgres(),
    startIdentityEndpoint(() => TOKEN),
  ]);
  network = await startDistantHttp({
    port: storage.ports.blob,
    latencyInMilliseconds: 200,
    cutShare: 0.01,
  });
  writeFileSync(certificateFile, server.certificate);
  await server.administrate(`create role "${USER}" login password '${TOKEN}'`);
  await server.administrate(`create database pipeline owner "${USER}"`);
});
afterAll(async () => {
  await platform?.stop();
  await Promise.all([network?.stop(), storage?.stop(), server?.stop(), identity?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** The lake through the network: 200 ms for each answer, and one of a hundred is cut. */
const lake = (): Record<string, string> => ({
  LAKE_CONNECTION_STRING: storage.connectionString.replace(`:${storage.ports.blob}/`, `:${network.port}/`),
});

const byIdentity = (): Record<string, string> => ({
  POSTGRES_AUTHENTICATION: 'identity',
  POSTGRES_HOST: '127.0.0.1',
  POSTGRES_PORT: String(server.port),
  POSTGRES_DATABASE: 'pipeline',
  POSTGRES_USER: USER,
  // The server's certificate is signed by no public authority.
  NODE_EXTRA_CA_CERTS: certificateFile,
  ...identity.environment,
});

const databaseUrl = (): string =>
  `postgres://${USER}:${TOKEN}@127.0.0.1:${server.port}/pipeline?sslmode=verify-full&sslrootcert=${certificateFile}`;

async function ask(): Promise<Citation[]> {
  const response = await platform?.fetch(`${platform.urls.api}/ask`, {
    method: 'POST',
    body: JSON.stringify({ question: QUESTION }),
  });
  expect(response?.status).toBe(200);
  return ((await response?.json()) as { citations: Citation[] }).citations;
}

it('ingests the sample on a lake and a database elsewhere, by settings alone', async () => {
  expect(TOKEN.length).toBeGreaterThan(1900);
  platform = await startTestPlatform({ ...lake(), ...byIdentity() });
  expect(new URL(platform.urls.storage ?? '').port).toBe(String(network.port));
  for (const { name, content } of SAMPLE) await platform.drop(SAMPLE_DATASET, SAMPLE_DATE, name, content);
  const { status, rows, error } = await platform.ingest(SAMPLE_DATASET, SAMPLE_DATE);
  expect({ status, error }).toEqual({ status: 'Completed', error: null });
  expect(rows).toEqual(COUNTS);
  expect(network.counts.cuts).toBeGreaterThan(0);
  expect(new Set(identity.resources)).toEqual(new Set(['https://ossrdbms-aad.database.windows.net']));
});

it('has put everything there, and nothing here', async () => {
  expect(existsSync(path.join(platform?.dataDirectory ?? '', 'azurite', '__blobstorage__'))).toBe(false);
  expect(existsSync(postgresFolder(platform?.dataDirectory ?? ''))).toBe(false);
  const direct = createAzureStorage({ connectionString: storage.connectionString });
  for (const { name, content } of SAMPLE) {
    const stored = await direct.read('raw', `${SAMPLE_DATASET}/${SAMPLE_DATE}/${name}`);
    expect(stored.equals(Buffer.from(content))).toBe(true);
  }
  const database = createPostgres(databaseUrl(), { connections: 1 });
  try {
    const [session] = await database.query(
      'select current_user as "user", ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    expect(session).toEqual({ user: USER, ssl: true });
    const [documents] = await database.query('select count(*) as count from documents');
    expect(documents).toEqual({ count: COUNTS.sql });
  } finally {
    await database.close();
  }
});

it('answers with quotes of the documents', async () => {
  const texts = sampleTexts();
  answered = await ask();
  expect(answered.length).toBeGreaterThan(0);
  for (const { docId, quote } of answered) expect(texts.get(docId)).toContain(quote);
});

it('another machine continues on the same lake and database, with a URL and a password instead', async () => {
  await platform?.stop();
  platform = await startTestPlatform({ ...lake(), POSTGRES_URL: databaseUrl() });
  // Its vectors are its own: the run embeds, and finds everything else as it is.
  const { status, rows, error } = await platform.ingest(SAMPLE_DATASET, SAMPLE_DATE);
  expect({ status, error, rows }).toEqual({ status: 'Completed', error: null, rows: COUNTS });
  expect(await ask()).toEqual(answered);
});
