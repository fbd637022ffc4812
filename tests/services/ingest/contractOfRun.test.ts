import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLog } from '../../../lib/delta/deltaLog';
import { restoreTable } from '../../../lib/delta/restore';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { createPartLookup } from '../../../lib/documents/partLookup';
import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import { commitRun } from '../../../lib/ingest/commitRun';
import { logEntryPath } from '../../../lib/lakehouse/paths';
import { planRun } from '../../../lib/planning/planRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { contractOfRun, contractToKeep, keepContract } from '../../../lib/staging/runContract';
import { transformRange } from '../../../lib/transform/transformRange';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { migrate } from '../../../lib/database/migrate';
import { countingEmbedder } from '../../support/countingEmbedder';
import { addContract, ingest, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, testQdrantUrl, uniqueName, type TestDatabase } from '../../support/servers';

const DATE = '2026-01-31';

let lake: TestLake;
let test: TestDatabase;
beforeAll(async () => {
  [lake, test] = await Promise.all([startLake(), createTestDatabase()]);
  await migrate(test.database);
});
afterAll(() => Promise.all([lake.stop(), test.drop()]));

const roleOf = (role: string) => `customProperties: [{property: role, value: ${role}}]`;
const columns = (titleColumn: 'headline' | 'subject') => `
      - {name: id, logicalType: string, primaryKey: true, ${roleOf('id')}}
      - {name: headline, logicalType: string, required: true${titleColumn === 'headline' ? `, ${roleOf('title')}` : ''}}
      - {name: subject, logicalType: string${titleColumn === 'subject' ? `, ${roleOf('title')}` : ''}}
      - {name: body, logicalType: string, required: true, ${roleOf('text')}}`;

const edit = (dataset: string, titleColumn: 'headline' | 'subject') =>
  addContract(lake, { dataset, columns: columns(titleColumn), custom: { glob: '*.{csv,csv.gz}' } });
const FILE = 'id,headline,subject,body\na,Planned,Edited,Some text\n';

/** Titles of the partition, read outside any run. */
const titles = async (dataset: string) => (await lake.documents(dataset, DATE)).map(({ title }) => title);

it('a run uses the contract that it was planned with, also when the file is edited', async () => {
  const key = { dataset: 'letters', date: DATE, runId: 'run-1' };
  await edit('letters', 'headline');
  await lake.drop('letters', DATE, 'a.csv', FILE);
  await planRun(lake, key);

  await edit('letters', 'subject');
  expect(await transformRange(lake, key, 0)).toMatchObject({ rows: 1 });
  expect((await evaluateRun(lake, key)).passed).toBe(true);
  await commitRun(lake, key);

  const reader = createLakeReader(lake);
  const part = await createPartLookup(reader, async () => (await contractOfRun(lake, key)).roles)(key, 0);
  await loadDocuments(test.database, key.runId, reader.documents(part, { withText: false }));
  expect(await test.database.query('select title from documents')).toEqual([{ title: 'Planned' }]);

  const embedder = countingEmbedder();
  const vectors = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('contract'), embedder });
  await vectors.ensure();
  await embedDocuments({ vectors, embedder }, reader.documents(part, { withText: true }), key);
  expect(embedder.texts).toEqual(['Planned\nSome text']);

  await writeFile(path.join(lake.contractsFolder, 'letters.yaml'), 'broken');
  expect(await titles('letters')).toEqual(['Planned']);
});

it('a large run uses it in conversion and scan, and writes it once', async () => {
  const key = { dataset: 'notices', date: DATE, runId: 'run-1' };
  const scanning = { ...lake, directPlanLengthInBytes: 0 };
  await edit('notices', 'headline');
  await lake.drop('notices', DATE, 'a.csv.gz', gzipSync(FILE));
  // The first step that needs it may come before the planning.
  await keepContract(lake, key, await contractToKeep(lake, key));
  await writeFile(path.join(lake.contractsFolder, 'notices.yaml'), 'broken');
  await ingest(scanning, key);
  expect(await titles('notices')).toEqual(['Planned']);

  const holding: string[] = [];
  for (const file of await lake.paths('staging', 'notices/run-1/')) {
    const text = (await lake.store.read(lake.containers.staging, file)).toString('latin1');
    if (text.includes('"roles"')) holding.push(file);
  }
  expect(holding).toEqual(['notices/run-1/contract.json']);
});

it('a table keeps the roles of its newest commit, and those of a restored version', async () => {
  const key = (runId: string) => ({ dataset: 'papers', date: DATE, runId });
  await lake.drop('papers', DATE, 'a.csv', FILE);
  for (const [runId, titleColumn] of [
    ['run-1', 'headline'],
    ['run-2', 'headline'],
    ['run-3', 'subject'],
  ] as const) {
    await edit('papers', titleColumn);
    await ingest(lake, key(runId));
  }
  expect(await titles('papers')).toEqual(['Edited']);
  const changes = (await readLog(lake.store, lake.containers.processed, 'papers')).map(({ actions }) =>
    actions.some((action) => 'metaData' in action),
  );
  expect(changes).toEqual([true, false, true]);

  await restoreTable(lake, 'papers', 0);
  expect(await titles('papers')).toEqual(['Planned']);
});

it('an older table without roles is read with the roles of the contract', async () => {
  await edit('records', 'headline');
  await lake.drop('records', DATE, 'a.csv', FILE);
  await ingest(lake, { dataset: 'records', date: DATE, runId: 'run-1' });
  const entry = logEntryPath('records', 0);
  const text = (await lake.store.read(lake.containers.processed, entry)).toString('utf8');
  const [, property = ''] = /"configuration":\{(".*?\}")\}/.exec(text) ?? [];
  expect(property).toContain('pipelinex.roles');
  const old = text.replace(property, '');
  await lake.store.write(lake.containers.processed, entry, old);
  await edit('records', 'subject');
  expect(await titles('records')).toEqual(['Edited']);
});
