import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { migrate } from '../../../lib/database/migrate';
import { readRecentLog, readSnapshot } from '../../../lib/delta/deltaLog';
import { vacuumTable } from '../../../lib/delta/vacuum';
import { commitRun } from '../../../lib/ingest/commitRun';
import type { IngestInput, Orchestration } from '../../../lib/ingest/orchestration';
import { startIngest } from '../../../lib/ingest/startIngest';
import { ensureRunStep } from '../../../lib/ingest/steps/ensureRun';
import { planRunStep } from '../../../lib/ingest/steps/planning/planRun';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import { listContractVersions } from '../../../lib/staging/listContractVersions';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { createRunStore } from '../../../lib/runs/runStore';
import { transformRange } from '../../../lib/transform/transformRange';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { countingEmbedder } from '../../support/countingEmbedder';
import { contractText, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, testQdrantUrl, uniqueName, type TestDatabase } from '../../support/servers';

const OLD = '2026-01-01';
const NEW = '2026-02-01';

let lake: TestLake;
let test: TestDatabase;
let dependencies: IngestDependencies;
beforeAll(async () => {
  [lake, test] = await Promise.all([startLake(), createTestDatabase()]);
  await migrate(test.database);
  const vectors = createQdrantIndex({
    url: testQdrantUrl(),
    alias: uniqueName('versions'),
    embedder: countingEmbedder(),
  });
  // Only what these steps use.
  dependencies = {
    contracts: lake.contracts,
    lakehouse: lake,
    vectors,
    runs: createRunStore(test.database),
  } as unknown as IngestDependencies;
});
afterAll(() => Promise.all([lake.stop(), test.drop()]));

const REGION = '\n      - {name: region, logicalType: string}';
const textOf = (dataset: string, version: string, more = '') => {
  const column = '\n      - {name: body,';
  return contractText({ dataset }).replace('version: 1.0.0', `version: ${version}`).replace(column, `${more}${column}`);
};
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

async function write(dataset: string, text: string): Promise<string> {
  await writeFile(path.join(lake.contractsFolder, `${dataset}.yaml`), text);
  return hashOf(text);
}

/** The engine's part of a start: it keeps the input. */
async function start(dataset: string, date: string, contractVersion?: string): Promise<IngestInput> {
  const inputs: IngestInput[] = [];
  const orchestration = {
    state: () => Promise.resolve(undefined),
    start: async (_id: string, input: IngestInput) => void inputs.push(input),
  } as unknown as Orchestration;
  await startIngest(dependencies, orchestration, { dataset, date, contractVersion });
  return inputs[0] as IngestInput;
}

let runs = 0;
/** Performs the steps of a run up to the commit; returns its id. */
async function run(dataset: string, date: string, contractVersion?: string) {
  const { contractHash } = await start(dataset, date, contractVersion);
  runs += 1;
  const key = { dataset, date, runId: `run-${runs}` };
  const input = { ...key, replayOf: null, ...(contractHash === undefined ? {} : { contractHash }) };
  const log = { warn: () => undefined };
  const { signal } = new AbortController();
  await ensureRunStep.prepare?.(dependencies, input);
  await ensureRunStep.work(dependencies, input, log, signal);
  await planRunStep.work(dependencies, key, log, signal);
  await transformRange(lake, key, 0);
  const verdict = await evaluateRun(lake, key);
  expect(verdict.passed).toBe(true);
  await commitRun(lake, key);
  return { key, warnings: verdict.rules.filter(({ passed }) => !passed).map(({ observed }) => observed) };
}

async function rows(dataset: string): Promise<unknown[][]> {
  const snapshot = await readSnapshot(lake, dataset);
  const columns = snapshot?.schema.fields.map(({ name }) => name) ?? [];
  const found: unknown[][] = [];
  for (const file of snapshot?.files.values() ?? []) {
    const local = path.join(lake.contractsFolder, 'part.parquet');
    await lake.store.download(lake.containers.processed, `${dataset}/${decodeURI(file.path)}`, local);
    await lake.engines.use(path.join(lake.contractsFolder, 'spill'), async (duckDb) => {
      const names = new Set(
        (await duckDb.rows(`SELECT name FROM parquet_schema('${local}')`)).map(([name]) => String(name)),
      );
      const region = columns.includes('region') && names.has('region') ? 'region' : 'NULL';
      found.push(
        ...(await duckDb.rows(`SELECT id, ${region}, content_hash FROM read_parquet('${local}') ORDER BY id`)),
      );
    });
  }
  return found.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
}

const FILE = 'id,title,n,day,body\na-1,One,1,,x\n';
const LATER = 'id,title,n,day,region,body\nb-1,Two,2,,north,y\n';

it('an older date runs with a contract that has a new column, which the run reports as absent', async () => {
  const dataset = 'added';
  await write(dataset, textOf(dataset, '1.0.0'));
  await lake.drop(dataset, OLD, 'a.csv', FILE);
  expect((await run(dataset, OLD)).warnings).toEqual([]);
  const before = await rows(dataset);
  await write(dataset, textOf(dataset, '1.1.0', REGION));
  await lake.drop(dataset, NEW, 'b.csv', LATER);
  await lake.drop(dataset, NEW, 'c.csv', FILE.replace('a-1', 'c-1'));
  expect((await run(dataset, OLD)).warnings).toEqual(['absent: region (in 1 of 1 files)']);
  // The same row has the same hash: nothing is embedded again.
  expect(await rows(dataset)).toEqual(before);
});

it('a partition remembers its contract, and a run may use an earlier one', async () => {
  const dataset = 'versions';
  const first = await write(dataset, textOf(dataset, '1.0.0'));
  await lake.drop(dataset, OLD, 'a.csv', FILE);
  const { key } = await run(dataset, OLD);
  expect((await dependencies.runs.find(key.runId))?.contract).toMatchObject({ version: '1.0.0', hash: first });

  // The old file would fail under the later contract: its title is too long.
  const later = textOf(dataset, '2.0.0', REGION).replace('maxLength: 40', 'maxLength: 2');
  const second = await write(dataset, later);
  await lake.drop(dataset, NEW, 'b.csv', LATER.replace('Two', 'Tw'));
  await run(dataset, NEW);
  const snapshot = await readSnapshot(lake, dataset);
  expect([...(snapshot?.files.values() ?? [])].map(({ tags }) => tags)).toEqual([
    { 'pipelinex.contractVersion': '1.0.0', 'pipelinex.contractHash': first },
    { 'pipelinex.contractVersion': '2.0.0', 'pipelinex.contractHash': second },
  ]);

  expect(await start(dataset, OLD, 'partition')).toMatchObject({ contractHash: first });
  expect(await start(dataset, OLD, '1.0.0')).toMatchObject({ contractHash: first });
  expect(await start(dataset, NEW, first)).toMatchObject({ contractHash: first });
  for (const choice of [undefined, 'current', '2.0.0', second]) {
    expect(await start(dataset, OLD, choice)).toEqual({ dataset, date: OLD });
  }
  expect(await start(dataset, NEW, 'partition')).toEqual({ dataset, date: NEW });

  const again = await run(dataset, OLD, 'partition');
  expect(again.warnings).toEqual([]);
  expect((await dependencies.runs.find(again.key.runId))?.contract).toMatchObject({ version: '1.0.0', hash: first });
  expect((await rows(dataset)).map(([id, region]) => [id, region])).toEqual([
    ['a-1', null],
    ['b-1', 'north'],
  ]);
  const [entry] = await readRecentLog(lake.store, lake.containers.processed, dataset, 1);
  const info = entry?.actions.find((action) => 'commitInfo' in action);
  expect(info && 'commitInfo' in info ? info.commitInfo.operationParameters : {}).toMatchObject({
    contractVersion: '1.0.0',
    contractHash: first,
  });
});

it('texts of contracts are kept as they were, also by vacuum and when the current one is broken', async () => {
  const dataset = 'kept';
  const text = `# A comment that says why.\n${textOf(dataset, '1.0.0')}`;
  const hash = await write(dataset, text);
  await lake.drop(dataset, OLD, 'a.csv', FILE);
  await run(dataset, OLD);
  await vacuumTable(lake, dataset, { apply: true, retentionInHours: 168, now: Date.now() + 30 * 86_400_000 });
  const file = `${dataset}/_contracts/${hash}.yaml`;
  expect((await lake.store.read(lake.containers.processed, file)).toString('utf8')).toBe(text);
  await write(dataset, 'broken');
  expect(await start(dataset, OLD, 'partition')).toMatchObject({ contractHash: hash });
  expect((await run(dataset, OLD, '1.0.0')).key).toMatchObject({ dataset });
  expect(await readFile(path.join(lake.contractsFolder, `${dataset}.yaml`), 'utf8')).toBe('broken');
});

it('a choice that does not name one contract is refused with a code', async () => {
  const dataset = 'refused';
  const one = await write(dataset, textOf(dataset, '1.0.0'));
  await lake.drop(dataset, OLD, 'a.csv', FILE);
  await lake.drop(dataset, NEW, 'a.csv', FILE.replace('a-1', 'b-1'));
  await expect(start(dataset, OLD, 'partition')).rejects.toMatchObject({
    code: 'CONTRACT_VERSION_UNKNOWN',
    status: 404,
  });
  await run(dataset, OLD);
  const other = await write(dataset, `${textOf(dataset, '1.0.0')}# edited\n`);
  await run(dataset, NEW);
  const { expected } = await start(dataset, OLD, '1.0.0').then(
    () => ({ expected: 'an error' }),
    (error: { code: string; status: number; expected: string }) => {
      expect([error.code, error.status]).toEqual(['CONTRACT_VERSION_AMBIGUOUS', 409]);
      return error;
    },
  );
  expect(expected).toContain(one);
  expect(expected).toContain(other);
  for (const choice of ['3.0.0', 'f'.repeat(64), '../..']) {
    await expect(start(dataset, OLD, choice)).rejects.toMatchObject({
      code: 'CONTRACT_VERSION_UNKNOWN',
      found: choice,
      where: { field: 'contractVersion' },
    });
  }
  await expect(start('nowhere', OLD, 'partition')).rejects.toMatchObject({ code: 'DATASET_UNKNOWN' });
  await write(dataset, 'broken');
  await expect(start(dataset, OLD)).rejects.toMatchObject({ code: 'CONTRACT_INVALID', status: 422 });
});

describe('an earlier contract with another column for access', () => {
  const dataset = 'readers';
  const column = (name: string, role = '', header = name) =>
    `\n      - {name: ${name}, physicalName: ${header}, logicalType: string${role && `, customProperties: [{property: role, value: ${role}}]`}}`;
  const texts = {
    '1.0.0': textOf(dataset, '1.0.0', column('g1') + column('g2')),
    '2.0.0': textOf(dataset, '2.0.0', column('g1', 'access') + column('g2')),
    '3.0.0': textOf(dataset, '3.0.0', column('g1') + column('g2', 'access')),
    '4.0.0': textOf(dataset, '4.0.0', column('g1', 'access', 'g2') + column('g2', '', 'g1')),
  };
  beforeAll(async () => {
    await lake.drop(dataset, OLD, 'a.csv', 'id,title,n,day,g1,g2,body\na-1,One,1,,open,closed,x\n');
    for (const text of Object.values(texts)) {
      await write(dataset, text);
      await run(dataset, OLD);
    }
  });

  it.each([
    ['2.0.0', '3.0.0', 'groups from the column g1 in version 2.0.0', 'groups from the column g2'],
    ['1.0.0', '3.0.0', 'no column with the role access in version 1.0.0', 'groups from the column g2'],
    ['2.0.0', '4.0.0', 'groups from the column g1 in version 2.0.0', 'groups from the column g1 (g2 in the files)'],
  ] as const)('is refused: %s while %s is the current one', async (chosen, current, found, expected) => {
    await write(dataset, texts[current]);
    await expect(start(dataset, OLD, chosen)).rejects.toMatchObject({
      code: 'CONTRACT_VERSION_ACCESS_DIFFERS',
      status: 409,
      found,
      expected: `${expected}, as in the current contract`,
      where: { field: 'contractVersion' },
    });
    expect(await start(dataset, OLD, current)).toEqual({ dataset, date: OLD });
  });

  it('is allowed where the column is the same, or the current contract does not limit access', async () => {
    await write(dataset, `${texts['2.0.0'].replace('2.0.0', '2.1.0')}# edited\n`);
    expect(await start(dataset, OLD, '2.0.0')).toHaveProperty('contractHash', hashOf(texts['2.0.0']));
    await write(dataset, texts['1.0.0']);
    expect(await start(dataset, OLD, '2.0.0')).toHaveProperty('contractHash', hashOf(texts['2.0.0']));
  });

  it('is compared with the table while the current contract is broken, and is refused as the choice of the partition too', async () => {
    await write(dataset, texts['2.0.0']);
    await run(dataset, OLD);
    await write(dataset, 'broken');
    expect(await start(dataset, OLD, 'partition')).toHaveProperty('contractHash', hashOf(texts['2.0.0']));
    await expect(start(dataset, OLD, '3.0.0')).rejects.toMatchObject({ code: 'CONTRACT_VERSION_ACCESS_DIFFERS' });
    await write(dataset, texts['3.0.0']);
    await expect(start(dataset, OLD, 'partition')).rejects.toMatchObject({ code: 'CONTRACT_VERSION_ACCESS_DIFFERS' });
  });
});

it('lists the versions of a dataset: what changed, when each was first used, and for which dates', async () => {
  const dataset = 'listed';
  const NOTHING = { columnsAdded: [], columnsRemoved: [], columnsChanged: [], properties: [] };
  await expect(listContractVersions(lake, 'nowhere')).rejects.toMatchObject({ code: 'DATASET_UNKNOWN', status: 404 });

  const first = await write(dataset, textOf(dataset, '1.0.0'));
  const unused = { firstUsedAt: null, partitions: { count: 0, first: null, last: null } };
  expect(await listContractVersions(lake, dataset)).toEqual([
    { version: '1.0.0', hash: first, isCurrent: true, ...unused, changes: null },
  ]);

  await lake.drop(dataset, OLD, 'a.csv', FILE);
  await lake.drop(dataset, '2026-01-02', 'a.csv', FILE.replace('a-1', 'c-1'));
  await run(dataset, OLD);
  await run(dataset, '2026-01-02');
  const second = await write(dataset, textOf(dataset, '1.1.0', REGION));
  await lake.drop(dataset, NEW, 'b.csv', LATER);
  await run(dataset, NEW);
  const third = await write(dataset, `# A comment.\n${textOf(dataset, '1.1.0', REGION)}`);
  const listed = await listContractVersions(lake, dataset);
  expect(listed).toMatchObject([
    { version: '1.1.0', hash: third, isCurrent: true, ...unused, changes: NOTHING },
    { version: '1.1.0', hash: second, isCurrent: false, changes: { ...NOTHING, columnsAdded: ['region'] } },
    { version: '1.0.0', hash: first, isCurrent: false, changes: null },
  ]);
  expect(listed.map(({ partitions }) => partitions)).toEqual([
    unused.partitions,
    { count: 1, first: NEW, last: NEW },
    { count: 2, first: OLD, last: '2026-01-02' },
  ]);
  const [, later, earlier] = listed.map(({ firstUsedAt }) => Date.parse(firstUsedAt ?? ''));
  expect(later).toBeGreaterThanOrEqual(earlier ?? Number.NaN);

  // A date that is read again counts for its new version only, and the older text stays.
  await run(dataset, OLD, second);
  expect((await listContractVersions(lake, dataset)).map(({ partitions }) => partitions.count)).toEqual([0, 2, 1]);

  await write(dataset, 'broken');
  expect((await listContractVersions(lake, dataset)).map(({ hash, isCurrent }) => [hash, isCurrent])).toEqual([
    [second, false],
    [first, false],
  ]);
});
