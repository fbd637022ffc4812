import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commitPartition } from '../../../lib/delta/commitPartition';
import { readSnapshot } from '../../../lib/delta/deltaLog';
import { historyOf } from '../../../lib/delta/history';
import { vacuumTable } from '../../../lib/delta/vacuum';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { literal, withDuckDb } from '../../../lib/duckdb/duckdb';
import { checkpointPath, logEntryPath } from '../../../lib/lakehouse/paths';
import { addFile, day, ingestIds, metaDataOf } from './deltaTables';
import { addContract, errorOf, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const SCHEMA = { type: 'struct', fields: [{ name: 'id', type: 'string', nullable: true, metadata: {} }] };
const METADATA = metaDataOf(SCHEMA);
const PROTOCOL = { minReaderVersion: 1, minWriterVersion: 2 };
const ADD = addFile(day(1), 'x');

let tables = 0;
/** A table of one log entry. A text is a line as it is. */
async function tableOf(...lines: unknown[]): Promise<string> {
  tables += 1;
  const dataset = `table-${tables}`;
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  await lake.store.write(lake.containers.processed, logEntryPath(dataset, 0), text);
  return dataset;
}
const withLine = (line: unknown) => tableOf({ protocol: PROTOCOL }, { metaData: METADATA }, line);
const withMetaData = (change: object) => tableOf({ protocol: PROTOCOL }, { metaData: { ...METADATA, ...change } });

describe('a line of the log that is not a valid action', () => {
  const without = (field: keyof typeof ADD) => ({ add: { ...ADD, [field]: undefined } });
  it.each<[string, unknown, { found: string; expected: string }]>([
    ['text that is not JSON', '{"add":', { found: '{"add":', expected: 'a JSON object in each line' }],
    ['null', null, { found: 'null', expected: 'an object with one action' }],
    ['a number', 1, { found: '1', expected: 'an object with one action' }],
    ['a string', '"x"', { found: '"x"', expected: 'an object with one action' }],
    ['a list', [], { found: '[]', expected: 'an object with one action' }],
    ['an add that is null', { add: null }, { found: '{"add":null}', expected: 'one action in each line' }],
    ['an add that is a number', { add: 1 }, { found: 'add: 1', expected: 'add: an object that describes a file' }],
    [
      'two actions',
      { add: { ...ADD, path: 'x', stats: '' }, txn: { appId: 'a', version: 1 } },
      { found: expect.stringContaining('{"add":{"path":"x"') as string, expected: 'one action in each line' },
    ],
    [
      'an add without partition values',
      without('partitionValues'),
      {
        found: 'no add.partitionValues',
        expected: 'add.partitionValues: an object with the value of each partition column',
      },
    ],
    [
      'an add with a partition value that is a number',
      { add: { ...ADD, partitionValues: { ingest_date: 1 } } },
      { found: 'add.partitionValues.ingest_date: 1', expected: 'add.partitionValues.ingest_date: a string or null' },
    ],
    ['an add without a size', without('size'), { found: 'no add.size', expected: 'add.size: a whole number' }],
    [
      'a path with a bare %',
      { add: { ...ADD, path: 'ingest_date=2026-01-01/100%.parquet' } },
      {
        found: 'add.path: "ingest_date=2026-01-01/100%.parquet"',
        expected: 'add.path: a URL-encoded path, in which two hexadecimal digits of UTF-8 follow each %',
      },
    ],
    [
      'a removal of a path with a bare %',
      { remove: { path: '%', dataChange: true } },
      {
        found: 'remove.path: "%"',
        expected: 'remove.path: a URL-encoded path, in which two hexadecimal digits of UTF-8 follow each %',
      },
    ],
    [
      'a removal whose time is text',
      { remove: { path: 'x', deletionTimestamp: 'yesterday' } },
      {
        found: 'remove.deletionTimestamp: "yesterday"',
        expected: 'remove.deletionTimestamp: milliseconds since 1970',
      },
    ],
    ['a transaction without an id', { txn: {} }, { found: 'no txn.appId', expected: 'txn.appId: a string' }],
    [
      'a protocol without versions',
      { protocol: {} },
      { found: 'no protocol.minReaderVersion', expected: 'protocol.minReaderVersion: a whole number' },
    ],
    [
      'reader features that are text',
      { protocol: { ...PROTOCOL, readerFeatures: 'none' } },
      { found: 'protocol.readerFeatures: "none"', expected: 'protocol.readerFeatures: a list of feature names' },
    ],
  ])('is refused with its line: %s', async (_, line, details) => {
    const dataset = await withLine(line);
    const error = {
      code: 'LAKE_LOG_BROKEN',
      ...details,
      where: { file: logEntryPath(dataset, 0), line: 3 },
      remedy: expect.stringContaining('backup') as string,
    };
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject(error);
    expect(await errorOf(historyOf(lake, dataset))).toMatchObject(error);
    expect(await errorOf(vacuumTable(lake, dataset, { retentionInHours: 0, apply: false }))).toMatchObject(error);
  });

  it.each<[string, object, { found: string; expected: unknown }]>([
    [
      'absent',
      { schemaString: undefined },
      { found: 'no metaData.schemaString', expected: 'metaData.schemaString: a string' },
    ],
    [
      'not JSON',
      { schemaString: '{"type":' },
      {
        found: 'metaData.schemaString: "{\\"type\\":"',
        expected: expect.stringContaining('metaData.schemaString: the schema as JSON (') as string,
      },
    ],
    [
      'null as JSON',
      { schemaString: 'null' },
      {
        found: 'metaData.schemaString: "null"',
        expected: 'metaData.schemaString: the schema as JSON (all: an object with the columns)',
      },
    ],
    [
      'without columns',
      { schemaString: '{"type":"struct"}' },
      {
        found: 'metaData.schemaString: "{\\"type\\":\\"struct\\"}"',
        expected: 'metaData.schemaString: the schema as JSON (fields: a list of columns)',
      },
    ],
  ])('is refused when the schema is %s', async (_, change, details) => {
    const dataset = await withMetaData(change);
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject({
      code: 'LAKE_LOG_BROKEN',
      ...details,
      where: { file: logEntryPath(dataset, 0), line: 2 },
    });
  });

  it('is counted with the blank lines before it', async () => {
    const dataset = await tableOf('', { protocol: PROTOCOL }, ' ', { metaData: METADATA }, '', { add: 1 });
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject({ where: { line: 6 } });
  });
});

describe('a log that names deleted rows', () => {
  const deletionVector = { storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^', offset: 4, sizeInBytes: 40 };
  const refusal = {
    code: 'LAKE_PROTOCOL_UNSUPPORTED',
    found: `deleted rows in ${ADD.path}`,
    expected: 'files without deletion vectors',
  };

  it('is refused although its protocol does not need deletion vectors', async () => {
    const dataset = await withLine({ add: { ...ADD, deletionVector } });
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject(refusal);
    expect(await errorOf(createLakeReader(lake).parts(dataset, day(1)))).toMatchObject(refusal);
  });

  it.each([
    ['after', [{ remove: { path: ADD.path } }, { add: { ...ADD, deletionVector } }]],
    ['before', [{ add: { ...ADD, deletionVector } }, { remove: { path: ADD.path } }]],
  ])('is refused when the file without them is removed %s that', async (_, lines) => {
    const dataset = await withLine({ add: ADD });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await lake.store.write(lake.containers.processed, logEntryPath(dataset, 1), text);
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject(refusal);
    expect((await readSnapshot(lake, dataset, 0))?.files.size).toBe(1);
  });
});

describe('a log that leaves out what reading does not need', () => {
  it.each<[string, unknown]>([
    ['an add whose statistics are null', { add: { ...ADD, stats: null, tags: null, deletionVector: null } }],
    ['an add whose statistics are an object', { add: { ...ADD, stats: {} } }],
    ['an add without a modification time', { add: { ...ADD, modificationTime: undefined, dataChange: undefined } }],
    ['other actions that are null', { add: ADD, remove: null, txn: null, metaData: null }],
  ])('is read with %s', async (_, line) => {
    const snapshot = await readSnapshot(lake, await withLine(line));
    expect([...(snapshot?.files.keys() ?? [])]).toEqual([ADD.path]);
  });

  it.each(['configuration', 'name', 'format', 'createdTime', 'id'])('is read when %s is null', async (field) => {
    const dataset = await withMetaData({ [field]: null });
    expect((await readSnapshot(lake, dataset))?.metaData.configuration).toEqual({});
    const schema = { type: 'struct' as const, fields: [] };
    const commit = { dataset, date: day(1), runId: 'run-1', plannedOn: 0, schema, files: [], metrics: {} };
    expect(await commitPartition(lake, commit)).toEqual({ version: 1 });
  });

  it('is read when the lists of features are null', async () => {
    const protocol = { ...PROTOCOL, readerFeatures: null, writerFeatures: null };
    expect((await readSnapshot(lake, await tableOf({ protocol }, { metaData: METADATA })))?.version).toBe(0);
  });

  it.each(['x', 1, { timestamp: 'today' }, { timestamp: 1e300 }, { operation: 1, operationParameters: 'x' }])(
    'has a history with the commit information %j',
    async (commitInfo) => {
      const dataset = await tableOf({ commitInfo, txn: null }, { protocol: PROTOCOL }, { metaData: METADATA });
      expect(await historyOf(lake, dataset)).toEqual([expect.objectContaining({ time: null, operation: 'unknown' })]);
    },
  );
});

describe('a file whose statistics cannot be read', () => {
  it.each([undefined, null, '', '{"numRecords":', 'null', '{"numRecords":"3"}', '[]'])(
    'is counted by its rows: %j',
    async (stats) => {
      tables += 1;
      const dataset = `counted-${tables}`;
      await addContract(lake, { dataset });
      await ingestIds(lake, dataset, day(1), 'run-1', ['a-1', 'a-2', 'a-3']);
      const entry = logEntryPath(dataset, 0);
      const lines = (await lake.store.read(lake.containers.processed, entry)).toString().trim().split('\n');
      const changed = lines.map((line) => {
        const action = JSON.parse(line) as { add?: object };
        return JSON.stringify(action.add === undefined ? action : { add: { ...action.add, stats } });
      });
      await lake.store.write(lake.containers.processed, entry, `${changed.join('\n')}\n`);
      const parts = await createLakeReader(lake).parts(dataset, day(1));
      expect(parts.map(({ rows }) => rows)).toEqual([3]);
      expect(await lake.documents(dataset, day(1))).toHaveLength(3);
    },
  );
});

describe('a checkpoint of another writer', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'broken-checkpoint-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function writeCheckpoint(dataset: string, version: number, adds: string): Promise<void> {
    const file = path.join(folder, `${dataset}.parquet`);
    await withDuckDb(lake.duckDb, path.join(folder, 'spill'), (duckDb) =>
      duckDb.run(`COPY (
        SELECT {minReaderVersion: 1, minWriterVersion: 2} AS protocol, NULL AS metaData, NULL AS add
        UNION ALL SELECT NULL, {id: 'one', schemaString: ${literal(METADATA.schemaString)},
          partitionColumns: ['ingest_date'], "configuration": NULL::MAP(VARCHAR, VARCHAR)}, NULL
        UNION ALL SELECT NULL, NULL, ${adds}) TO ${literal(file)} (FORMAT parquet)`),
    );
    await lake.store.write(lake.containers.processed, checkpointPath(dataset, version), await readFile(file));
  }
  const row = (name: string, vector = 'NULL') => `{path: ${literal(name)},
    partitionValues: MAP {'ingest_date': '2026-01-01'}, size: 1, stats: NULL::VARCHAR, deletionVector: ${vector}}`;

  it('is read when its optional fields are null or empty structures', async () => {
    const empty = '{storageType: NULL::VARCHAR, pathOrInlineDv: NULL::VARCHAR}';
    await writeCheckpoint('checkpoint-whole', 3, row('x', empty));
    const snapshot = await readSnapshot(lake, 'checkpoint-whole');
    expect([...(snapshot?.files.keys() ?? [])]).toEqual(['x']);
    expect(snapshot?.metaData.configuration).toEqual({});
  });

  it('is refused when it names deleted rows', async () => {
    await writeCheckpoint('checkpoint-deleted', 3, row('x', "{storageType: 'u', pathOrInlineDv: 'v'}"));
    expect(await errorOf(readSnapshot(lake, 'checkpoint-deleted'))).toMatchObject({
      code: 'LAKE_PROTOCOL_UNSUPPORTED',
      found: 'deleted rows in x',
    });
  });

  it('is skipped while the entries before it exist, and otherwise named', async () => {
    const dataset = await withLine({ add: ADD });
    await writeCheckpoint(dataset, 0, row('100%'));
    expect([...((await readSnapshot(lake, dataset))?.files.keys() ?? [])]).toEqual([ADD.path]);
    await lake.store.remove(lake.containers.processed, logEntryPath(dataset, 0));
    const refusal = {
      code: 'LAKE_LOG_BROKEN',
      found: 'add.path: "100%"',
      where: { file: checkpointPath(dataset, 0) },
      remedy: expect.stringContaining('backup') as string,
    };
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject(refusal);
    await lake.store.write(lake.containers.processed, checkpointPath(dataset, 0), 'PAR1 and nothing of it');
    expect(await errorOf(readSnapshot(lake, dataset))).toMatchObject({
      code: 'LAKE_LOG_BROKEN',
      message: 'A checkpoint of the table cannot be read.',
      expected: 'a Parquet file with the protocol, the metaData and the files of the table',
      where: { file: checkpointPath(dataset, 0) },
    });
  });
});
