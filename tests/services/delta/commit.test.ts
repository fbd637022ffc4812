import { commitPartition, type PartitionCommit } from '../../../lib/delta/commitPartition';
import { commitRun } from '../../../lib/ingest/commitRun';
import { readLog, readSnapshot } from '../../../lib/delta/deltaLog';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { discardRun } from '../../../lib/staging/discardRun';
import { planRun } from '../../../lib/planning/planRun';
import { HEADER, addFile, day, ingestIds, metaDataOf, writeEntry } from './deltaTables';
import { addContract, DEFAULT_COLUMNS, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const SCHEMA = {
  type: 'struct' as const,
  fields: [{ name: 'id', type: 'string' as const, nullable: true, metadata: {} }],
};

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

function commitOf(dataset: string, date: string, runId: string, plannedOn = -1): PartitionCommit {
  return { dataset, date, runId, plannedOn, schema: SCHEMA, files: [addFile(date, runId)], metrics: {} };
}

const ids = async (dataset: string, date: string) => (await lake.documents(dataset, date)).map(({ docId }) => docId);
const versions = async (dataset: string) =>
  (await readLog(lake.store, lake.containers.processed, dataset)).map(({ version }) => version);

describe('runs that commit at the same moment', () => {
  it('all succeed if their dates differ, one version each, also across a checkpoint', async () => {
    await commitPartition(lake, commitOf('crowd', day(100), 'run-first'));
    const dates = Array.from({ length: 12 }, (_, n) => day(n + 1));
    const commits = dates.map((date) => commitPartition(lake, commitOf('crowd', date, `run-${date}`, 0)));
    const committed = (await Promise.all(commits)).map(({ version }) => version).sort((a, b) => a - b);
    expect(committed).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(await versions('crowd')).toEqual(Array.from({ length: 13 }, (_, n) => n));
    const snapshot = await readSnapshot({ ...lake, store: { ...lake.store } }, 'crowd');
    expect(snapshot?.files.size).toBe(13);
    expect(snapshot?.checkpoint).toBeGreaterThanOrEqual(10);
    expect(
      dates.map((date) => snapshot?.transactions.get(`run-${date}`)?.version).sort((a, b) => Number(a) - Number(b)),
    ).toEqual(committed);
  });

  it('all succeed with their rows, in eight complete runs', async () => {
    await addContract(lake, { dataset: 'eight' });
    const dates = Array.from({ length: 8 }, (_, n) => day(n + 1));
    for (const date of dates) {
      await lake.drop('eight', date, 'a.csv', `${HEADER}x-${date},T,1,,x\n`);
      await stageRun(lake, { dataset: 'eight', date, runId: `run-${date}` });
    }
    const results = await Promise.all(
      dates.map((date) => commitRun(lake, { dataset: 'eight', date, runId: `run-${date}` })),
    );
    expect(results.map(({ version }) => version).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const date of dates) expect(await ids('eight', date)).toEqual([`x-${date}`]);
  });

  it('of one date: one of eight succeeds, and the others report which', async () => {
    await commitPartition(lake, commitOf('same', day(1), 'run-before'));
    const runs = Array.from({ length: 8 }, (_, n) => `run-${n}`);
    const outcomes = await Promise.allSettled(
      runs.map((run) => commitPartition(lake, commitOf('same', day(1), run, 0))),
    );
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [runs[index]] : []));
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toEqual({ version: 1 });
      else {
        expect(outcome.reason).toMatchObject({
          code: 'LAKE_COMMIT_CONFLICT',
          found: `version 1 by run ${won[0]}`,
          retryable: false,
        });
      }
    }
    expect([...((await readSnapshot(lake, 'same'))?.files.keys() ?? [])]).toEqual([addFile(day(1), won[0] ?? '').path]);
  });

  it('may each add a column', async () => {
    const withColumn = (name: string): PartitionCommit['schema'] => ({
      ...SCHEMA,
      fields: [...SCHEMA.fields, { name, type: 'long', nullable: true, metadata: {} }],
    });
    await commitPartition(lake, commitOf('columns', day(1), 'run-0'));
    await Promise.all(
      ['a', 'b', 'c'].map((name, n) =>
        commitPartition(lake, { ...commitOf('columns', day(n + 2), `run-${name}`, 0), schema: withColumn(name) }),
      ),
    );
    const fields = (await readSnapshot(lake, 'columns'))?.schema.fields.map(({ name }) => name) ?? [];
    expect(fields[0]).toBe('id');
    expect([...fields].sort()).toEqual(['a', 'b', 'c', 'id']);
  });
});

describe('a commit that would break the table', () => {
  it('is refused if a part of the run is missing or has another size than written', async () => {
    await addContract(lake, { dataset: 'holes' });
    const key = { dataset: 'holes', date: day(1), runId: 'run-1' };
    await lake.drop('holes', day(1), 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await stageRun(lake, key);
    const [part = ''] = await lake.paths('processed', 'holes/');
    const content = await lake.store.read(lake.containers.processed, part);
    await lake.store.write(lake.containers.processed, part, content.subarray(1));
    expect(await errorOf(commitRun(lake, key))).toMatchObject({ code: 'LAKE_PART_MISSING' });
    await lake.store.remove(lake.containers.processed, part);
    expect(await errorOf(commitRun(lake, key))).toMatchObject({ code: 'LAKE_PART_MISSING', found: 'no such file' });
    expect(await readSnapshot(lake, 'holes')).toBeUndefined();
    await lake.store.write(lake.containers.processed, part, content);
    expect(await commitRun(lake, key)).toMatchObject({ version: 0, rows: 1 });
  });

  it('is refused if the table was replaced after the run was planned', async () => {
    expect(await errorOf(commitPartition(lake, commitOf('gone', day(1), 'run-1', 4)))).toMatchObject({
      code: 'LAKE_COMMIT_CONFLICT',
      found: 'no table',
      status: 409,
    });
    await commitPartition(lake, commitOf('gone', day(2), 'run-2'));
    expect(await errorOf(commitPartition(lake, commitOf('gone', day(1), 'run-1', 4)))).toMatchObject({
      code: 'LAKE_COMMIT_CONFLICT',
      found: 'a table at version 0',
    });
  });
});

describe("other tools' tables", () => {
  const METADATA = metaDataOf(SCHEMA);
  const table = (dataset: string, protocol: object, metaData: object = {}) =>
    writeEntry(lake, dataset, 0, [
      { protocol },
      { metaData: { ...METADATA, ...metaData } },
      { add: addFile(day(1), 'x') },
    ]);

  it.each<[string, string, object, object?]>([
    [
      'deletion vectors',
      'reader version 3 with deletionVectors',
      { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors'], writerFeatures: [] },
    ],
    [
      'column mapping',
      'reader version 2 with column mapping name',
      { minReaderVersion: 2, minWriterVersion: 5 },
      { configuration: { 'delta.columnMapping.mode': 'name' } },
    ],
    ['a future version', 'reader version 4', { minReaderVersion: 4, minWriterVersion: 8 }],
  ])('with %s are refused by readers', async (name, found, protocol, metaData = {}) => {
    const dataset = name.replaceAll(' ', '-');
    await table(dataset, protocol, metaData);
    const error = { code: 'LAKE_PROTOCOL_UNSUPPORTED', found, retryable: false };
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject(error);
    expect(await errorOf(createLakeReader(lake).parts(dataset, day(1)))).toMatchObject(error);
    expect(await errorOf(commitPartition(lake, commitOf(dataset, day(1), 'run-1', 0)))).toMatchObject(error);
  });

  const UNKNOWN = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly', 'rowTracking'] };
  const CHECKED = { ...SCHEMA, fields: [{ ...SCHEMA.fields[0], metadata: { 'delta.invariants': '{}' } }] };
  it.each<[string, string, object, object]>([
    ['constraints', 'LAKE_PROTOCOL_UNSUPPORTED', { minReaderVersion: 1, minWriterVersion: 3 }, {}],
    ['an unknown feature', 'LAKE_PROTOCOL_UNSUPPORTED', UNKNOWN, {}],
    [
      'an invariant',
      'LAKE_PROTOCOL_UNSUPPORTED',
      { minReaderVersion: 1, minWriterVersion: 2 },
      { schemaString: JSON.stringify(CHECKED) },
    ],
    [
      'append-only',
      'LAKE_TABLE_APPEND_ONLY',
      { minReaderVersion: 1, minWriterVersion: 2 },
      { configuration: { 'delta.appendOnly': 'true' } },
    ],
    [
      'other partitions',
      'LAKE_PARTITIONING_UNSUPPORTED',
      { minReaderVersion: 1, minWriterVersion: 2 },
      { partitionColumns: ['country'] },
    ],
  ])('with %s are read, but not written', async (name, code, protocol, metaData) => {
    const dataset = `write-${name.replaceAll(' ', '-')}`;
    await table(dataset, protocol, metaData);
    expect(await createLakeReader(lake).parts(dataset, day(1))).toEqual([expect.objectContaining({ rows: 1 })]);
    expect(await errorOf(commitPartition(lake, commitOf(dataset, day(1), 'run-1', 0)))).toMatchObject({ code });
    expect(await versions(dataset)).toEqual([0]);
    await addContract(lake, { dataset });
    await lake.drop(dataset, day(1), 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    expect(await errorOf(planRun(lake, { dataset, date: day(1), runId: 'run-2' }))).toMatchObject({ code });
  });

  it('with features that need no support are written', async () => {
    await table('quiet', { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly', 'invariants'] });
    expect(await commitPartition(lake, commitOf('quiet', day(1), 'run-1', 0))).toEqual({ version: 1 });
    await table('named', { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: [], writerFeatures: [] });
    expect(await commitPartition(lake, commitOf('named', day(1), 'run-1', 0))).toEqual({ version: 1 });
  });

  it('keep their unknown fields and actions', async () => {
    const metaData = { ...METADATA, description: 'kept', configuration: { 'their.property': 'kept' }, theirs: 1 };
    await writeEntry(lake, 'strange', 0, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData },
      { somethingNew: { path: 'x' } },
      { cdc: { path: '_change_data/x' } },
      {},
      { add: { ...addFile(day(1), 'x'), theirs: 'kept' } },
    ]);
    const wider = {
      ...SCHEMA,
      fields: [...SCHEMA.fields, { name: 'n', type: 'long' as const, nullable: true, metadata: {} }],
    };
    await commitPartition(lake, { ...commitOf('strange', day(2), 'run-1', 0), schema: wider });
    const snapshot = await readSnapshot(lake, 'strange');
    expect(snapshot?.metaData).toEqual({ ...metaData, schemaString: JSON.stringify(wider) });
    expect(snapshot?.files.get(addFile(day(1), 'x').path)).toMatchObject({ theirs: 'kept' });
  });

  it('may add commits, which conflict only if they touch the date of a run', async () => {
    await commitPartition(lake, commitOf('onwards', day(1), 'run-0'));
    await writeEntry(lake, 'onwards', 1, [
      { commitInfo: { operation: 'OPTIMIZE' } },
      { add: addFile(day(2), 'theirs') },
    ]);
    expect(await commitPartition(lake, commitOf('onwards', day(1), 'run-1', 0))).toEqual({ version: 2 });
    expect(await errorOf(commitPartition(lake, commitOf('onwards', day(2), 'run-2', 0)))).toMatchObject({
      code: 'LAKE_COMMIT_CONFLICT',
      found: 'version 1',
    });
    expect(await commitPartition(lake, commitOf('onwards', day(2), 'run-3', 2))).toEqual({ version: 3 });
    const files = [...((await readSnapshot(lake, 'onwards'))?.files.keys() ?? [])].sort();
    expect(files).toEqual([addFile(day(1), 'run-1').path, addFile(day(2), 'run-3').path]);
  });
});

describe('a contract that changes', () => {
  const column = (text: string) => `${DEFAULT_COLUMNS}\n      - {${text}}`;
  const plan = (dataset: string) => planRun(lake, { dataset, date: day(1), runId: 'run-2' });

  beforeAll(async () => {
    await addContract(lake, { dataset: 'grow' });
    await ingestIds(lake, 'grow', day(1), 'run-1', ['a-1']);
  });

  it.each([
    ['a missing column', DEFAULT_COLUMNS.replace(/\n.*name: n,.*/, ''), 'n', 'n long'],
    ['a renamed column', DEFAULT_COLUMNS.replace('name: n,', 'name: number,'), 'n', 'n long'],
    ['a column renamed in case', DEFAULT_COLUMNS.replace('name: n,', 'name: N,'), 'N', 'n long'],
    ['a changed type', DEFAULT_COLUMNS.replace('integer', 'number'), 'n', 'n long'],
  ])('is refused for %s', async (_, columns, where, expected) => {
    await addContract(lake, { dataset: 'grow', columns });
    const names = columns.matchAll(/\{name: (\w+),/g);
    await lake.drop('grow', day(1), 'a.csv', `${[...names].map(([, name]) => name).join(',')}\n`);
    expect(await errorOf(plan('grow'))).toMatchObject({
      code: 'LAKE_SCHEMA_INCOMPATIBLE',
      expected,
      where: { column: where },
      status: 422,
    });
    expect(await lake.paths('staging', 'grow/run-2/')).toEqual([]);
  });

  it('is refused for a new required column, and accepted if the column may be null', async () => {
    const role = 'customProperties: [{property: role, value: author}]';
    await addContract(lake, {
      dataset: 'grow',
      columns: column(`name: writer, logicalType: string, required: true, ${role}`),
    });
    await lake.drop('grow', day(2), 'a.csv', 'id,title,n,day,body,writer\nb-1,T,1,,x,Ann\n');
    const key = { dataset: 'grow', date: day(2), runId: 'run-3' };
    expect(await errorOf(planRun(lake, key))).toMatchObject({
      code: 'LAKE_SCHEMA_INCOMPATIBLE',
      found: 'required: true',
      where: { column: 'writer' },
    });
    await addContract(lake, { dataset: 'grow', columns: column(`name: writer, logicalType: string, ${role}`) });
    await ingest(lake, key);
    expect((await lake.documents('grow', day(1))).map(({ docId, author }) => [docId, author])).toEqual([['a-1', null]]);
    expect((await lake.documents('grow', day(2))).map(({ docId, author }) => [docId, author])).toEqual([
      ['b-1', 'Ann'],
    ]);
    // The column is now in the table, so the contract may require it.
    await addContract(lake, {
      dataset: 'grow',
      columns: column(`name: writer, logicalType: string, required: true, ${role}`),
    });
    await ingest(lake, { ...key, runId: 'run-4' });
    expect((await readSnapshot(lake, 'grow'))?.schema.fields.at(-1)).toMatchObject({ name: 'writer', nullable: true });
  });
});

it('discarding a committed run keeps its files, also after another run replaced them', async () => {
  await addContract(lake, { dataset: 'kept' });
  await ingestIds(lake, 'kept', day(1), 'run-1', ['a-1']);
  await ingestIds(lake, 'kept', day(1), 'run-2', ['a-2']);
  await discardRun(lake, { dataset: 'kept', date: day(1), runId: 'run-1' });
  expect(await lake.paths('processed', 'kept/ingest_date=')).toHaveLength(2);
});
