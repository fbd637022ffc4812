import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postgresConnection } from '../../lib/postgresConnection';
import { createPostgres } from '../../lib/database/postgres';
import type { Database } from '../../lib/database/database';
import { readSnapshot } from '../../lib/delta/deltaLog';
import { filePath, filesOfPartition } from '../../lib/delta/tableSnapshot';
import { createEngines } from '../../lib/duckdb/engines';
import type { Problem } from '../../lib/problems/problem';
import type { RunDetail } from '../../lib/runs/run';
import { contractText } from '../support/lake';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const DATASET = 'letters';
const OLD = '2026-01-01';
const NEW = '2026-02-01';
const FILE = 'id,title,n,day,body\na-1,One,1,2026-01-01,The first letter.\na-2,Two,2,2026-01-01,The second letter.\n';
const LATER = 'id,title,n,day,region,body\nb-1,Three,3,2026-02-01,north,The third letter.\n';
const FIRST = contractText({ dataset: DATASET });
const BODY = '\n      - {name: body,';
const REGION = `\n      - {name: region, logicalType: string, customProperties: [{property: role, value: category}]}`;
const SECOND = FIRST.replace('version: 1.0.0', 'version: 1.1.0').replace(BODY, `${REGION}${BODY}`);

const folder = mkdtempSync(path.join(tmpdir(), 'contract-versions-'));
const duckDb = { memoryLimitInMegabytes: 512 };
const engines = createEngines(duckDb);
const writeContract = (text: string): void => writeFileSync(path.join(folder, `${DATASET}.yaml`), text);
let platform: RunningTestPlatform;
let database: Database;
beforeAll(async () => {
  writeContract(FIRST);
  platform = await startTestPlatform({ CONTRACTS_DIRECTORY: folder });
  database = createPostgres(postgresConnection(platform.config.postgres));
  await platform.drop(DATASET, OLD, 'a.csv', FILE);
  expect(await platform.ingest(DATASET, OLD)).toMatchObject({ status: 'Completed', contract: { version: '1.0.0' } });
});
afterAll(async () => {
  engines.close();
  await database?.close();
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function post(route: string, body?: object): Promise<{ status: number; problem: Problem }> {
  const options = { method: 'POST', ...(body && { body: JSON.stringify(body) }) };
  const response = await platform.fetch(`${platform.urls.api}/${route}`, options);
  return { status: response.status, problem: (await response.json()) as Problem };
}

/** The run of the old date, again. */
async function replay(contractVersion?: string): Promise<RunDetail> {
  const query = contractVersion === undefined ? '' : `?contractVersion=${contractVersion}`;
  expect((await post(`runs/ingest-${DATASET}-${OLD}/replay${query}`)).status).toBe(202);
  return platform.endedOrBlocked(`ingest-${DATASET}-${OLD}`);
}

/** Columns and rows of the parts of a date, as they are in their Parquet files. */
async function lakeRows(date: string): Promise<{ columns: string[]; rows: unknown[][] }> {
  const { containers } = platform.config.lake;
  const lake = { store: platform.store, containers, temporaryDirectory: folder, duckDb };
  const snapshot = await readSnapshot(lake, DATASET);
  const found: { columns: string[]; rows: unknown[][] } = { columns: [], rows: [] };
  for (const file of snapshot ? filesOfPartition(snapshot, date) : []) {
    const local = path.join(folder, 'part.parquet');
    await platform.store.download(containers.processed, filePath(DATASET, file), local);
    await engines.use(path.join(folder, 'spill'), async (engine) => {
      const described = await engine.rows(`DESCRIBE SELECT * FROM read_parquet('${local}')`);
      found.columns = described.map(([name]) => String(name));
      const region = found.columns.includes('region') ? 'region' : `'(no column)'`;
      found.rows.push(
        ...(await engine.rows(`SELECT id, ${region}, content_hash FROM read_parquet('${local}') ORDER BY id`)),
      );
    });
  }
  return found;
}

const sqlRows = (): Promise<object[]> =>
  database.query(
    `select doc_id as id, ingest_date::text as date, title, category, content_hash as hash from documents
     where dataset = $1 order by doc_id`,
    [DATASET],
  );
const expected = (hashes: string[]) => [
  { id: 'a-1', date: OLD, title: 'One', category: null, hash: hashes[0] },
  { id: 'a-2', date: OLD, title: 'Two', category: null, hash: hashes[1] },
  { id: 'b-1', date: NEW, title: 'Three', category: 'north', hash: hashes[2] },
];

it('an old date is read again with a contract that has a new column, and with the one that it was read with', async () => {
  const before = await lakeRows(OLD);
  expect(before.columns).not.toContain('region');

  writeContract(SECOND);
  await platform.drop(DATASET, NEW, 'b.csv', LATER);
  expect(await platform.ingest(DATASET, NEW)).toMatchObject({ status: 'Completed', contract: { version: '1.1.0' } });
  const later = await lakeRows(NEW);
  expect(later.rows).toEqual([['b-1', 'north', expect.any(String)]]);
  const hashes = [...before.rows, ...later.rows].map((row) => String(row[2]));
  expect(await sqlRows()).toEqual(expected(hashes));

  const current = await replay();
  expect(current).toMatchObject({
    status: 'Completed',
    contract: { version: '1.1.0' },
    rows: { source: 2, lake: 2, sql: 2, vectors: 2 },
    chunks: { embedded: 0, reused: 2, deleted: 0 },
  });
  expect(
    current.gate?.rules.filter(({ passed }) => !passed).map(({ severity, observed }) => [severity, observed]),
  ).toEqual([['warning', 'absent: region (in 1 of 1 files)']]);
  const withRegion = await lakeRows(OLD);
  expect(withRegion.columns).toContain('region');
  expect(withRegion.rows).toEqual(before.rows.map(([id, , hash]) => [id, null, hash]));
  expect(await sqlRows()).toEqual(expected(hashes));

  const earlier = await replay('1.0.0');
  expect(earlier).toMatchObject({
    status: 'Completed',
    contract: { version: '1.0.0' },
    rows: { source: 2, lake: 2, sql: 2, vectors: 2 },
    chunks: { embedded: 0, reused: 2, deleted: 0 },
    gate: { passed: true },
  });
  expect(earlier.gate?.rules.filter(({ passed }) => !passed)).toEqual([]);
  expect(await lakeRows(OLD)).toEqual(before);
  expect(await lakeRows(NEW)).toEqual(later);
  expect(await sqlRows()).toEqual(expected(hashes));

  const again = await replay('partition');
  expect(again).toMatchObject({ status: 'Completed', contract: earlier.contract });
  expect(await lakeRows(OLD)).toEqual(before);
});

it('a faulty contract is refused when a run starts, with all its faults; an earlier version can still be chosen', async () => {
  writeContract(SECOND.replace('logicalType: integer', 'logicalType: whole').replace('status: active', 'status: 7'));
  const date = { dataset: DATASET, date: OLD };
  const [started, replayed] = [await post('runs', date), await post(`runs/ingest-${DATASET}-${OLD}/replay`)];
  for (const { status, problem } of [started, replayed]) {
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'CONTRACT_INVALID' });
    expect(problem.faults?.map(({ where }) => where?.field).sort()).toEqual([
      'schema[0].properties[2].logicalType',
      'status',
    ]);
  }
  expect((await post('runs', { ...date, contractVersion: '1.0.0' })).status).toBe(202);
  expect(await platform.endedOrBlocked(`ingest-${DATASET}-${OLD}`)).toMatchObject({
    status: 'Completed',
    contract: { version: '1.0.0' },
  });
});
