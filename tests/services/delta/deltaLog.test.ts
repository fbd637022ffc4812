import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commitPartition, type PartitionCommit } from '../../../lib/delta/commitPartition';
import { commitRun } from '../../../lib/ingest/commitRun';
import { readLog, readSnapshot } from '../../../lib/delta/deltaLog';
import type { FileStatistics } from '../../../lib/delta/deltaActions';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { logEntryPath } from '../../../lib/lakehouse/paths';
import { discardRun } from '../../../lib/staging/discardRun';
import { planRun } from '../../../lib/planning/planRun';
import { addContract, DEFAULT_COLUMNS, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const HEADER = 'id,title,n,day,body\n';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

async function dropAndStage(dataset: string, date: string, runId: string, records: string) {
  await lake.drop(dataset, date, 'a.csv', HEADER + records);
  const key = { dataset, date, runId };
  await stageRun(lake, key);
  return key;
}

const ids = async (dataset: string, date: string) => (await lake.documents(dataset, date)).map(({ docId }) => docId);

describe('the Delta log', () => {
  it('has protocol, schema, run, statistics and partition of the first commit', async () => {
    await addContract(lake, { dataset: 'first' });
    await lake.drop('first', '2026-01-01', 'a.csv', `${HEADER}a-2,Two,9,2026-01-02,x\na-1,One,,2026-01-01,y\n`);
    await ingest(lake, { dataset: 'first', date: '2026-01-01', runId: 'run-1' });
    const [entry] = await readLog(lake.store, lake.containers.processed, 'first');
    const action = (name: string) =>
      entry?.actions.map((candidate) => (candidate as Record<string, unknown>)[name]).filter((found) => found) ?? [];
    expect(action('protocol')).toEqual([{ minReaderVersion: 1, minWriterVersion: 2 }]);
    expect(action('txn')).toEqual([expect.objectContaining({ appId: 'run-1' })]);
    const [metaData] = action('metaData') as { schemaString: string; partitionColumns: string[] }[];
    expect(metaData?.partitionColumns).toEqual(['ingest_date']);
    const schema = JSON.parse(metaData?.schemaString ?? '') as { fields: { name: string; type: string }[] };
    expect(schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id string',
      'title string',
      'n long',
      'day date',
      'body string',
      'source_file string',
      'record_number long',
      'content_hash string',
      'ingest_date date',
    ]);
    const [add] = action('add') as { path: string; partitionValues: object; stats: string; size: number }[];
    expect(add?.path).toBe('ingest_date=2026-01-01/part-00000-run-1.snappy.parquet');
    expect(add?.partitionValues).toEqual({ ingest_date: '2026-01-01' });
    expect(add?.size).toBe((await lake.store.info(lake.containers.processed, `first/${add?.path}`))?.size);
    expect(JSON.parse(add?.stats ?? '') as FileStatistics).toEqual({
      numRecords: 2,
      minValues: {
        id: 'a-1',
        title: 'One',
        n: 9,
        day: '2026-01-01',
        body: 'x',
        source_file: 'first/2026-01-01/a.csv',
        record_number: 1,
        content_hash: expect.any(String) as string,
      },
      maxValues: {
        id: 'a-2',
        title: 'Two',
        n: 9,
        day: '2026-01-02',
        body: 'y',
        source_file: 'first/2026-01-01/a.csv',
        record_number: 2,
        content_hash: expect.any(String) as string,
      },
      nullCount: { id: 0, title: 0, n: 1, day: 0, body: 0, source_file: 0, record_number: 0, content_hash: 0 },
    });
  });

  it('has only the number of rows of a file in which a column has no value or a long text', async () => {
    await addContract(lake, { dataset: 'counted' });
    for (const [index, record] of ['a-1,One,1,,x', `a-1,One,1,2026-01-01,${'x'.repeat(65)}`].entries()) {
      const date = `2026-01-0${index + 1}`;
      await lake.drop('counted', date, 'a.csv', `${HEADER}${record}\n`);
      await ingest(lake, { dataset: 'counted', date, runId: `run-${index}` });
    }
    const entries = await readLog(lake.store, lake.containers.processed, 'counted');
    const stats = entries.flatMap(({ actions }) =>
      actions.flatMap((action) => ('add' in action ? [action.add.stats] : [])),
    );
    expect(stats).toEqual(['{"numRecords":1}', '{"numRecords":1}']);
  });

  it('accepts four dates that commit at the same moment', async () => {
    await addContract(lake, { dataset: 'race' });
    const dates = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
    const keys = [];
    for (const date of dates) keys.push(await dropAndStage('race', date, `run-${date}`, `a-${date},T,1,,x\n`));
    const results = await Promise.all(keys.map((key) => commitRun(lake, key)));
    expect(results.map(({ version }) => version).sort()).toEqual([0, 1, 2, 3]);
    for (const date of dates) expect(await ids('race', date)).toEqual([`a-${date}`]);
  });

  it('accepts all of one of two runs of the same date, and refuses the other with a conflict', async () => {
    await addContract(lake, { dataset: 'clash' });
    const first = await dropAndStage('clash', '2026-01-01', 'run-a', 'a-1,T,1,,x\n');
    const second = await dropAndStage('clash', '2026-01-01', 'run-b', 'b-1,T,1,,x\nb-2,T,1,,x\n');
    const outcomes = await Promise.allSettled([commitRun(lake, first), commitRun(lake, second)]);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'LAKE_COMMIT_CONFLICT', retryable: false, status: 409 });
    const winner = outcomes[0]?.status === 'fulfilled' ? ['a-1'] : ['b-1', 'b-2'];
    expect(await ids('clash', '2026-01-01')).toEqual(winner);
    expect((await readSnapshot(lake, 'clash'))?.version).toBe(0);
  });

  it('returns the first commit for a repeated one, also when its response was lost', async () => {
    await addContract(lake, { dataset: 'again' });
    const key = await dropAndStage('again', '2026-01-01', 'run-1', 'a-1,T,1,,x\na-2,,1,,x\n');
    const lossy: ObjectStore = {
      ...lake.store,
      async writeIfAbsent(container, file, content) {
        await lake.store.writeIfAbsent(container, file, content);
        throw new Error('the connection broke after the write');
      },
    };
    await expect(commitRun({ ...lake, store: lossy }, key)).rejects.toThrow('connection broke');
    const repeated = await commitRun(lake, key);
    expect(repeated).toMatchObject({ version: 0, rows: 1, rejected: 1, parts: 1 });
    await discardRun(lake, key);
    expect(await commitRun(lake, key)).toEqual(repeated);
    expect((await readLog(lake.store, lake.containers.processed, 'again')).length).toBe(1);
  });

  it('recognises its own commit when the store writes it but reports that the entry exists', async () => {
    await addContract(lake, { dataset: 'echo' });
    const key = await dropAndStage('echo', '2026-01-01', 'run-1', 'a-1,T,1,,x\n');
    const echoing: ObjectStore = {
      ...lake.store,
      async writeIfAbsent(container, file, content) {
        await lake.store.writeIfAbsent(container, file, content);
        return lake.store.writeIfAbsent(container, file, content);
      },
    };
    expect(await commitRun({ ...lake, store: echoing }, key)).toMatchObject({ version: 0, rows: 1 });
    expect((await readLog(lake.store, lake.containers.processed, 'echo')).length).toBe(1);
  });

  it('keeps the old partition until the new one is committed, and its files afterwards', async () => {
    await addContract(lake, { dataset: 'replace' });
    await lake.drop('replace', '2026-01-01', 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await ingest(lake, { dataset: 'replace', date: '2026-01-01', runId: 'run-1' });
    const second = await dropAndStage('replace', '2026-01-01', 'run-2', 'a-2,T,1,,x\n');
    expect(await ids('replace', '2026-01-01')).toEqual(['a-1']);
    await commitRun(lake, second);
    expect(await ids('replace', '2026-01-01')).toEqual(['a-2']);
    const before = await readSnapshot(lake, 'replace', 0);
    expect([...(before?.files.keys() ?? [])]).toEqual(['ingest_date=2026-01-01/part-00000-run-1.snappy.parquet']);
    await discardRun(lake, { dataset: 'replace', date: '2026-01-01', runId: 'run-1' });
    expect(await lake.paths('processed', 'replace/ingest_date=')).toHaveLength(2);
  });

  it('adds a new column of the contract to the table, and refuses a changed type', async () => {
    await addContract(lake, { dataset: 'grow' });
    await lake.drop('grow', '2026-01-01', 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await ingest(lake, { dataset: 'grow', date: '2026-01-01', runId: 'run-1' });
    const role = 'customProperties: [{property: role, value: author}]';
    await addContract(lake, {
      dataset: 'grow',
      columns: `${DEFAULT_COLUMNS}\n      - {name: writer, logicalType: string, ${role}}`,
    });
    await lake.drop('grow', '2026-01-02', 'a.csv', `id,title,n,day,body,writer\na-1,T,1,,x,\na-2,T,1,,x,Ann\n`);
    await ingest(lake, { dataset: 'grow', date: '2026-01-02', runId: 'run-2' });
    const [old] = await lake.documents('grow', '2026-01-01');
    const [same, written] = await lake.documents('grow', '2026-01-02');
    expect(old?.author).toBeNull();
    expect(written?.author).toBe('Ann');
    expect(same?.contentHash).toBe(old?.contentHash);
    await addContract(lake, { dataset: 'grow', columns: DEFAULT_COLUMNS.replace('integer', 'number') });
    const error = await errorOf(planRun(lake, { dataset: 'grow', date: '2026-01-02', runId: 'run-3' }));
    expect(error).toMatchObject({ code: 'LAKE_SCHEMA_INCOMPATIBLE', found: 'n double', expected: 'n long' });
  });

  it('reports a gap and a broken line in the log', async () => {
    const commit: PartitionCommit = {
      dataset: 'broken',
      date: '2026-01-01',
      runId: 'run-1',
      plannedOn: -1,
      schema: { type: 'struct', fields: [] },
      files: [],
      metrics: {},
    };
    await commitPartition(lake, commit);
    await lake.store.write(lake.containers.processed, logEntryPath('broken', 2), '{}\n');
    expect(await errorOf(readSnapshot(lake, 'broken'))).toMatchObject({
      code: 'LAKE_LOG_INCOMPLETE',
      expected: 'version 1',
    });
    await lake.store.write(lake.containers.processed, logEntryPath('broken', 1), '{}\n{"add":\n');
    expect(await errorOf(readSnapshot(lake, 'broken'))).toMatchObject({
      code: 'LAKE_LOG_BROKEN',
      where: { line: 2 },
    });
  });
});

describe('an independent Parquet reader', () => {
  const columns = `
      - {name: id, logicalType: integer, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: share, logicalType: number}
      - {name: open, logicalType: boolean}
      - {name: day, logicalType: date}
      - {name: seen, logicalType: timestamp, customProperties: [{property: role, value: date}]}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}`;
  const csv = `id,title,share,open,day,seen,body
1,"",0.5,TRUE,2024-02-29,2024-02-29T23:59:59Z,"two
lines"
2,,-1e3,false,1789-04-30,1970-01-01T00:00:00Z,"quote "" and é 東京"
3,x,,,,,z
`;
  let folder: string;
  let parquet: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'delta-copy-'));
    await addContract(lake, { dataset: 'types', columns });
    await lake.drop('types', '2026-01-01', 'a.csv', csv);
    await ingest(lake, { dataset: 'types', date: '2026-01-01', runId: 'run-1' });
    await lake.drop('types', '2026-01-01', 'b.csv', 'id,title,share,open,day,seen,body\n4,four,4,true,,,w\n');
    await ingest(lake, { dataset: 'types', date: '2026-01-01', runId: 'run-2' });
    for (const file of await lake.paths('processed', 'types/')) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), await lake.store.read(lake.containers.processed, file));
    }
    parquet = path.join(folder, 'types/ingest_date=2026-01-01/part-00000-run-2.snappy.parquet');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('parquetjs finds the rows, the types and the technical columns', () => {
    const script = path.join(__dirname, 'readWithParquetjs.cjs');
    const output = execFileSync(process.execPath, [script, parquet], { encoding: 'utf8' });
    const rows = JSON.parse(output) as Record<string, unknown>[];
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ id: 1, title: '', share: 0.5, open: true, body: 'two\nlines', record_number: 1 });
    expect(rows[0]?.['seen']).toBe('2024-02-29T23:59:59.000Z');
    expect(rows[0]?.['day']).toBe('2024-02-29T00:00:00.000Z');
    expect(rows[1]).toMatchObject({ id: 2, share: -1000, body: 'quote " and é 東京' });
    expect(rows[1]?.['source_file']).toBe('types/2026-01-01/a.csv');
    expect(rows[1]?.['title'] ?? null).toBeNull();
    expect(Object.keys(rows[2] ?? {})).not.toContain('ingest_date');
  });
});
