import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp, type App } from '../../../lib/app';
import { readConfig } from '../../../lib/config/readConfig';
import { restoreTable } from '../../../lib/delta/restore';
import { vacuumTable } from '../../../lib/delta/vacuum';
import { rawFolder } from '../../../lib/lakehouse/paths';
import { search } from '../../../lib/retrieval/search';
import type { RunSummary } from '../../../lib/runs/run';
import { runIngest } from '../../support/faults/runIngest';
import { contractText, errorOf } from '../../support/lake';
import { startOpenAiServer, type OpenAiServer } from '../../support/openAiServer';
import { appSettings } from '../../support/appSettings';
import { createTestDatabase, testQdrantUrl, uniqueName, type TestDatabase } from '../../support/servers';

// The procedures of docs/operations.md that change what the stores have, as far as they do not need Azure.

const DATES = ['2026-01-30', '2026-01-31'] as const;
const HEADER = 'id,title,n,day,body\n';
const dataset = uniqueName('kept');
const name = uniqueName('operations');

let folder: string;
let models: OpenAiServer;
let databases: TestDatabase[] = [];
let apps: App[] = [];

/** The app with a database and a model of some dimensions; the lake is always the same. */
function appWith(database: TestDatabase, dimensions: number): App {
  const app = createApp(readConfig(appSettings({ name, folder, database, dimensions, modelUrl: models.url })));
  apps.push(app);
  return app;
}

async function newDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

async function put(app: App, date: string, rows: string): Promise<void> {
  const { store, containers } = app.lakehouse;
  await store.ensureContainer(containers.raw);
  await store.write(containers.raw, `${rawFolder(dataset, date)}a.csv`, HEADER + rows);
}

const run = async (app: App, date: string): Promise<RunSummary> =>
  (await runIngest(app.steps, { dataset, date })) as RunSummary;

async function listed(app: App): Promise<string[]> {
  const rows = await app.database.query<{ doc_id: string }>(
    'select distinct doc_id from documents where dataset = $1',
    [dataset],
  );
  return rows.map((row) => row.doc_id).sort();
}

async function found(app: App, question: string): Promise<string[]> {
  const passages = await search(app, { question, filters: { dataset }, access: 'everything' });
  return [...new Set(passages.map(({ docId }) => docId))].sort();
}

const FIRST = 'a-1,One,1,,The harbour was built in stone.\na-2,Two,2,,The bridge was built in wood.\n';
const SECOND = 'b-1,Three,3,,The road was built in gravel.\n';
const ALL = ['a-1', 'a-2', 'b-1'];
const QUESTION = 'harbour bridge road built';

let database: TestDatabase;
let app: App;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'operations-'));
  await writeFile(path.join(folder, `${dataset}.yaml`), contractText({ dataset }));
  models = await startOpenAiServer(({ body }) => ({
    body: {
      data: (body.input as string[]).map((_, index) => ({
        index,
        embedding: Array<number>(body.dimensions as number).fill(1),
      })),
      usage: { prompt_tokens: 1 },
    },
  }));
  database = await newDatabase();
  app = appWith(database, 8);
  await put(app, DATES[0], FIRST);
  await put(app, DATES[1], SECOND);
  for (const date of DATES) await run(app, date);
});
afterAll(async () => {
  await Promise.all(apps.map((one) => one.close()));
  await Promise.all(databases.map((one) => one.drop()));
  await models.close();
  await rm(folder, { recursive: true, force: true });
  apps = [];
  databases = [];
});

const deleteCollections = async (): Promise<void> => {
  const answer = (await (await fetch(`${testQdrantUrl()}/collections`)).json()) as {
    result: { collections: { name: string }[] };
  };
  for (const { name: collection } of answer.result.collections.filter((one) => one.name.startsWith(`${name}__`))) {
    await fetch(`${testQdrantUrl()}/collections/${collection}`, { method: 'DELETE' });
  }
};

it('a table is restored; SQL and vectors follow when the old file is back and the date runs again', async () => {
  await put(app, DATES[0], 'a-1,One,1,,The harbour was ruined by a wrong file.\n');
  await run(app, DATES[0]);
  expect(await listed(app)).toEqual(['a-1', 'b-1']);
  await restoreTable(app.lakehouse, dataset, 1);
  // The restore is of the table alone.
  expect(await listed(app)).toEqual(['a-1', 'b-1']);
  await put(app, DATES[0], FIRST);
  const { rows } = await run(app, DATES[0]);
  expect(rows).toMatchObject({ lake: 2, sql: 2, vectors: 2 });
  expect(await listed(app)).toEqual(ALL);
  expect(await found(app, QUESTION)).toEqual(ALL);
});

it('an empty Qdrant is filled by running each date again', async () => {
  await deleteCollections();
  expect(await errorOf(found(app, QUESTION))).toMatchObject({ code: 'VECTORS_EMPTY' });
  const first = await run(app, DATES[0]);
  expect(first.chunks).toMatchObject({ embedded: 2, reused: 0 });
  // Until a date has run, its documents are not found.
  expect(await found(app, QUESTION)).toEqual(['a-1', 'a-2']);
  await run(app, DATES[1]);
  expect(await found(app, QUESTION)).toEqual(ALL);
});

it('an empty PostgreSQL is filled by running each date again, and nothing is embedded twice', async () => {
  const other = appWith(await newDatabase(), 8);
  const chunks = [];
  for (const date of DATES) chunks.push((await run(other, date)).chunks);
  expect(chunks.map(({ embedded }) => embedded)).toEqual([0, 0]);
  expect(await listed(other)).toEqual(ALL);
  expect(await found(other, QUESTION)).toEqual(ALL);
});

it('another embedding model has a collection of its own, which is empty until the dates have run again', async () => {
  const other = appWith(database, 16);
  expect(await errorOf(found(other, QUESTION))).toMatchObject({ code: 'VECTORS_EMPTY' });
  for (const date of DATES) expect((await run(other, date)).chunks.reused).toBe(0);
  expect(await found(other, QUESTION)).toEqual(ALL);
  // The old collection is still there, so that the way back is the old setting.
  expect(await found(app, QUESTION)).toEqual(ALL);
  await other.lakehouse.blocks.clear();
});

it('an erased document is not in SQL, vectors or any version of the table after its dates ran again and a vacuum', async () => {
  await put(app, DATES[0], 'a-2,Two,2,,The bridge was built in wood.\n');
  await run(app, DATES[0]);
  expect(await listed(app)).toEqual(['a-2', 'b-1']);
  expect(await found(app, QUESTION)).toEqual(['a-2', 'b-1']);
  await vacuumTable(app.lakehouse, dataset, { retentionInHours: 0, apply: true });
  expect(await errorOf(restoreTable(app.lakehouse, dataset, 1))).toMatchObject({ code: 'LAKE_RESTORE_FILES_GONE' });
  expect((await run(app, DATES[1])).rows).toMatchObject({ lake: 1, sql: 1, vectors: 1 });
});

it('the last documents of a date go when its files have none and somebody approves the run that is blocked for it', async () => {
  await put(app, DATES[1], '');
  let rules: string[] = [];
  const decide = async (runId: string): Promise<void> => {
    rules = ((await app.gates.find(runId))?.rules ?? []).filter(({ passed }) => !passed).map(({ rule }) => rule);
    await app.gates.decide(runId, { decision: 'approve', decidedBy: 'me', reason: 'erased' });
  };
  const summary = (await runIngest(app.steps, { dataset, date: DATES[1] }, { decide })) as RunSummary;
  expect(rules).toHaveLength(1);
  expect(summary.rows).toMatchObject({ lake: 0, sql: 0, vectors: 0 });
  expect(await listed(app)).toEqual(['a-2']);
});
