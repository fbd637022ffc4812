/**
 * Independent readers open the table: delta-rs, Polars, PySpark with Delta Lake, DuckDB. The Python readers are
 * used if they are installed, and otherwise skipped with a note:
 *
 *   python3 -m venv /some/folder && /some/folder/bin/pip install deltalake polars pyarrow
 *   PIPELINE_TEST_PYTHON=/some/folder/bin/python npx jest tests/services/delta/lakeReaders
 *
 * PySpark (Java 17 and 1 GB of packages) also needs the Delta jars in a folder, so that nothing is fetched by a test:
 *
 *   pip install 'pyspark==4.0.*'
 *   mvn dependency:copy -DoutputDirectory=jars -Dartifact=io.delta:delta-spark_2.13:4.0.0
 *   mvn dependency:copy -DoutputDirectory=jars -Dartifact=io.delta:delta-storage:4.0.0
 *   PIPELINE_TEST_DELTA_JARS=jars
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { literal, withDuckDb } from '../../../lib/duckdb/duckdb';
import { readSnapshot } from '../../../lib/delta/deltaLog';
import { checkpointPath } from '../../../lib/lakehouse/paths';
import { restoreTable } from '../../../lib/delta/restore';
import { bringBack, copyTable, day, ingestIds, observed } from './deltaTables';
import { addContract, DEFAULT_COLUMNS, ingest, startLake, type TestLake } from '../../support/lake';

const python = process.env['PIPELINE_TEST_PYTHON'] ?? 'python3';
const jarsFolder = process.env['PIPELINE_TEST_DELTA_JARS'];
const jars = jarsFolder === undefined ? [] : readdirSync(jarsFolder).map((name) => path.resolve(jarsFolder, name));

const canImport = (modules: string): boolean => {
  try {
    execFileSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const READERS = {
  deltalake: canImport('deltalake, polars') ? undefined : `${python} has no packages deltalake and polars`,
  pyarrow: canImport('deltalake, pyarrow') ? undefined : `${python} has no packages deltalake and pyarrow`,
  polars: canImport('deltalake, polars') ? undefined : `${python} has no packages deltalake and polars`,
  pyspark:
    jars.length === 0
      ? 'PIPELINE_TEST_DELTA_JARS names no folder of Delta jars'
      : canImport('pyspark')
        ? undefined
        : `${python} has no package pyspark`,
};
type Reader = keyof typeof READERS;

/** Runs the test if the reader is installed; otherwise its title gives the reason for skipping it. */
function withReader(reader: Reader, name: string, work: () => Promise<void>): void {
  const why = READERS[reader];
  (why === undefined ? it : it.skip)(`${name}${why === undefined ? '' : ` (skipped: ${why})`}`, work, 600_000);
}

interface ReadVersion {
  version: number;
  types: Record<string, string>;
  rows: Record<string, unknown>[];
}

function read(
  reader: Reader,
  uri: string,
  versions: number[],
  options: Record<string, string> = {},
  filter?: [string, string | number],
): ReadVersion[] {
  const call = JSON.stringify({ reader, uri, versions, options, jars, filter });
  const output = execFileSync(python, [path.join(__dirname, 'readTable.py'), call], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ReadVersion[];
}

/** Runs a few lines of Python on the open table `table`. */
function change(uri: string, options: Record<string, string>, lines: string): void {
  const script = `import json, sys\nimport polars\nfrom deltalake import DeltaTable, write_deltalake
options = json.loads(sys.argv[2])\ntable = DeltaTable(sys.argv[1], storage_options=options)\n${lines}`;
  execFileSync(python, ['-c', script, uri, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe'] });
}

let lake: TestLake;
let folder: string;
let emulator: Record<string, string>;
/** Id, writer and date of each row, by version. */
const expected = new Map<number, [string, string | null, string][]>();
const WITH_WRITER = `${DEFAULT_COLUMNS}
      - {name: writer, logicalType: string, customProperties: [{property: role, value: author}]}`;

/** A replaced date, a new column, 25 commits with two checkpoints, and a restore of the version with the new column. */
async function buildTable(): Promise<void> {
  await addContract(lake, { dataset: 'notes' });
  await ingestIds(lake, 'notes', day(1), 'run-0', ['a-1', 'a-2']);
  await ingestIds(lake, 'notes', day(1), 'run-1', ['a-2', 'a-3']);
  await addContract(lake, { dataset: 'notes', columns: WITH_WRITER });
  for (let n = 2; n <= 24; n += 1) {
    await lake.drop(
      'notes',
      day(n),
      'a.csv',
      `id,title,n,day,body,writer\nb-${n},Title,${n},,"two\nlines é 東京",Ann\n`,
    );
    await ingest(lake, { dataset: 'notes', date: day(n), runId: `run-${n}` });
  }
  expect(await restoreTable(lake, 'notes', 2)).toMatchObject({ version: 25, restoredFiles: 0, removedFiles: 22 });
  const old: [string, null, string][] = [
    ['a-2', null, day(1)],
    ['a-3', null, day(1)],
  ];
  const later = Array.from({ length: 23 }, (_, index): [string, string, string] => [
    `b-${index + 2}`,
    'Ann',
    day(index + 2),
  ]);
  expected.set(1, old);
  expected.set(2, [...old, ...later.slice(0, 1)]);
  expected.set(
    24,
    [...old, ...later].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  expected.set(25, [...old, ...later.slice(0, 1)]);
}

beforeAll(async () => {
  lake = await startLake();
  folder = await mkdtemp(path.join(tmpdir(), 'delta-readers-'));
  const setting = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(lake.connectionString)?.[1] ?? '';
  emulator = {
    account_name: setting('AccountName'),
    account_key: setting('AccountKey'),
    azure_endpoint: setting('BlobEndpoint'),
    allow_http: 'true',
  };
  await buildTable();
  await copyTable(lake, 'notes', folder);
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await lake.stop();
});

function expectVersions(found: ReadVersion[]): void {
  expect(found.map(({ version }) => version)).toEqual([...expected.keys()]);
  for (const { version, rows } of found) {
    const seen = rows.map((row) => [row['id'], row['writer'] ?? null, row['ingest_date']]);
    expect(seen).toEqual(expected.get(version));
  }
  expect(found.at(-1)?.rows.at(-1)).toMatchObject({ body: 'two\nlines é 東京', n: 2, day: null, record_number: 1 });
  expect(Object.keys(found[0]?.types ?? {})).not.toContain('writer');
  expect(Object.keys(found[1]?.types ?? {}).slice(-1)).toEqual(['writer']);
}

describe('the table after a replace, a new column, 25 commits and a restore', () => {
  it('DuckDB reads from the files that our snapshots name', async () => {
    const found: ReadVersion[] = [];
    for (const version of expected.keys()) {
      const snapshot = await readSnapshot(lake, 'notes', version);
      const files = [...(snapshot?.files.keys() ?? [])].map((file) => literal(path.join(folder, 'notes', file)));
      const source = `read_parquet([${files.join(', ')}], union_by_name = true, hive_partitioning = true)`;
      const columns = (snapshot?.schema.fields ?? []).map(({ name }) => name).filter((name) => name !== 'ingest_date');
      const rows = await withDuckDb(lake.duckDb, path.join(folder, 'spill'), (duckDb) =>
        duckDb.rows(`SELECT to_json(r)::VARCHAR FROM (SELECT ${columns.join(', ')}, ingest_date::VARCHAR AS ingest_date
          FROM ${source}) r ORDER BY id`),
      );
      const types = Object.fromEntries((snapshot?.schema.fields ?? []).map(({ name, type }) => [name, type]));
      found.push({ version, types, rows: rows.map(([row]) => JSON.parse(String(row)) as Record<string, unknown>) });
    }
    expect(found).toHaveLength(4);
    expectVersions(found);
  });

  withReader('deltalake', 'delta-rs reads on Azurite', async () => {
    expectVersions(read('deltalake', `az://${lake.containers.processed}/notes`, [...expected.keys()], emulator));
  });

  withReader('deltalake', 'delta-rs reads on a local copy', async () => {
    expectVersions(read('deltalake', path.join(folder, 'notes'), [...expected.keys()]));
  });

  withReader('polars', 'Polars reads on Azurite', async () => {
    expectVersions(read('polars', `az://${lake.containers.processed}/notes`, [...expected.keys()], emulator));
  });

  withReader('polars', 'Polars reads on a local copy', async () => {
    expectVersions(read('polars', path.join(folder, 'notes'), [...expected.keys()]));
  });

  withReader('pyspark', 'PySpark with Delta Lake reads on a local copy', async () => {
    expectVersions(read('pyspark', path.join(folder, 'notes'), [...expected.keys()]));
  });

  withReader('deltalake', 'delta-rs reads from our checkpoint when the entries before it are gone', async () => {
    const copy = await copyTable(lake, 'notes', path.join(folder, 'cleaned'));
    for (const name of readdirSync(path.join(copy, '_delta_log'))) {
      if (/^\d{20}\.json$/.test(name) && Number(name.slice(0, 20)) <= 20) await rm(path.join(copy, '_delta_log', name));
    }
    const [first, second] = read('deltalake', copy, [24, 25]);
    expect(first?.rows.map(({ id }) => id)).toEqual(expected.get(24)?.map(([id]) => id));
    expect(second?.rows.map(({ id }) => id)).toEqual(expected.get(25)?.map(([id]) => id));
  });
});

describe('a filter', () => {
  withReader(
    'pyarrow',
    'of delta-rs through PyArrow finds its rows in files with and without column statistics',
    async () => {
      await addContract(lake, { dataset: 'filtered' });
      const records = [
        'a-1,Title,1,2026-01-01,body\n',
        'b-1,Title,1,,body\n',
        `c-1,Title,,2026-01-01,${'long '.repeat(40)}\n`,
      ];
      for (const [index, record] of records.entries()) {
        await lake.drop('filtered', day(index + 1), 'a.csv', `id,title,n,day,body\n${record}`);
        await ingest(lake, { dataset: 'filtered', date: day(index + 1), runId: `run-${index}` });
      }
      const copy = await copyTable(lake, 'filtered', folder);
      for (const [filter, ids] of [
        [['id', 'a-1'], ['a-1']],
        [['id', 'b-1'], ['b-1']],
        [['id', 'c-1'], ['c-1']],
        [
          ['n', 1],
          ['a-1', 'b-1'],
        ],
        [
          ['record_number', 1],
          ['a-1', 'b-1', 'c-1'],
        ],
      ] as [[string, string | number], string[]][]) {
        const [table] = read('pyarrow', copy, [2], {}, filter);
        expect(table?.rows.map(({ id }) => id)).toEqual(ids);
      }
    },
  );
});

describe('a table that other tools write to', () => {
  const ids = async (dataset: string, date: string) => (await lake.documents(dataset, date)).map(({ docId }) => docId);

  withReader('deltalake', 'is read here from the checkpoint that delta-rs wrote', async () => {
    await addContract(lake, { dataset: 'theirs' });
    await ingestIds(lake, 'theirs', day(1), 'run-0', ['a-1']);
    await ingestIds(lake, 'theirs', day(1), 'run-1', ['a-2']);
    await ingestIds(lake, 'theirs', day(2), 'run-2', ['b-1']);
    const before = await readSnapshot(lake, 'theirs');
    change(`az://${lake.containers.processed}/theirs`, emulator, 'table.create_checkpoint()');
    const { store, read: paths } = observed(lake.store);
    const after = await readSnapshot({ ...lake, store }, 'theirs');
    expect(paths).toEqual([checkpointPath('theirs', 2)]);
    expect(after?.checkpoint).toBe(2);
    const stable = (files?: Map<string, { path: string; size: number }>) =>
      [...(files?.values() ?? [])]
        .map((file) => ({ ...file, dataChange: undefined }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(stable(after?.files)).toEqual(stable(before?.files));
    expect([...(after?.transactions.keys() ?? [])].sort()).toEqual(['run-0', 'run-1', 'run-2']);
    expect(after?.schema).toEqual(before?.schema);
    expect([...(after?.tombstones.keys() ?? [])]).toEqual([...(before?.tombstones.keys() ?? [])]);
  });

  withReader('deltalake', 'takes their rows into account, and a run replaces them with the date', async () => {
    await addContract(lake, { dataset: 'shared' });
    await ingestIds(lake, 'shared', day(1), 'run-0', ['a-1']);
    await ingestIds(lake, 'shared', day(2), 'run-1', ['b-1']);
    // On a local copy: delta-rs 1.6 cannot commit on Azurite, not even to its own tables ("Invalid table version").
    const copy = await copyTable(lake, 'shared', folder);
    change(
      copy,
      {},
      `rows = polars.read_delta(sys.argv[1]).filter(polars.col('id') == 'a-1').with_columns(id=polars.lit('a-9'))
write_deltalake(table, rows, mode='append')
DeltaTable(sys.argv[1]).optimize.compact()`,
    );
    await bringBack(lake, 'shared', folder);
    expect((await readSnapshot(lake, 'shared'))?.version).toBe(3);
    expect((await ids('shared', day(1))).sort()).toEqual(['a-1', 'a-9']);
    expect(await ids('shared', day(2))).toEqual(['b-1']);
    expect(await ingestIds(lake, 'shared', day(1), 'run-4', ['a-3'])).toMatchObject({ version: 4 });
    expect(await ids('shared', day(1))).toEqual(['a-3']);
    const [theirs] = read('deltalake', `az://${lake.containers.processed}/shared`, [4], emulator);
    expect(theirs?.rows.map(({ id }) => id)).toEqual(['a-3', 'b-1']);
  });
});

describe('values of every type', () => {
  const columns = `
      - {name: id, logicalType: integer, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: share, logicalType: number}
      - {name: open, logicalType: boolean}
      - {name: day, logicalType: date}
      - {name: seen, logicalType: timestamp, customProperties: [{property: role, value: date}]}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}`;

  withReader('deltalake', 'delta-rs reads as they were written', async () => {
    await addContract(lake, { dataset: 'types', columns });
    const csv = `id,title,share,open,day,seen,body
1,"",0.5,TRUE,2024-02-29,2024-02-29T23:59:59Z,"two
lines"
2,,-1e3,false,1789-04-30,1970-01-01T00:00:00Z,"quote "" and é 東京"
3,x,,,,,z
`;
    await lake.drop('types', day(1), 'a.csv', csv);
    await ingest(lake, { dataset: 'types', date: day(1), runId: 'run-1' });
    const [table] = read('deltalake', `az://${lake.containers.processed}/types`, [0], emulator);
    expect(table?.types).toMatchObject({
      id: 'long',
      share: 'double',
      open: 'boolean',
      day: 'date',
      seen: 'timestamp',
      ingest_date: 'date',
    });
    expect(table?.rows[0]).toMatchObject({
      id: 1,
      title: '',
      share: 0.5,
      open: true,
      seen: '2024-02-29 23:59:59+00:00',
    });
    expect(table?.rows[1]).toMatchObject({
      title: null,
      day: '1789-04-30',
      body: 'quote " and é 東京',
      ingest_date: day(1),
    });
    expect(table?.rows[2]).toMatchObject({ share: null, open: null, day: null, seen: null });
  });
});
