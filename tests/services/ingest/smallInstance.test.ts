import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { createGzip } from 'node:zlib';
import { createEngines } from '../../../lib/duckdb/engines';
import { migrate } from '../../../lib/database/migrate';
import { extractSource } from '../../../lib/extraction/extractSource';
import { createExtractStore } from '../../../lib/extraction/extractStore';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import { commitRun } from '../../../lib/ingest/commitRun';
import { readSnapshot } from '../../../lib/delta/deltaLog';
import { filesOfPartition } from '../../../lib/delta/tableSnapshot';
import { rowsByStatistics } from '../../../lib/delta/fileStatistics';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { addContract, stageRun, startLake, type ContractOptions, type TestLake } from '../../support/lake';
import { createTestDatabase } from '../../support/servers';
import { mountSmallDisk } from '../../support/smallDisk';

/**
 * What an instance of a Flex Consumption plan leaves to one activity: DISK megabytes of temporary disk, and files that are
 * larger. `LARGE_FILES=true`, as in CI, is the size that the issue names; otherwise a tenth of all lengths.
 */
const SCALE = process.env.LARGE_FILES === 'true' ? 1 : 0.1;
const DISK_IN_MEGABYTES = 500 * SCALE;
const FILE_IN_BYTES = Math.round(300 * SCALE * 1024 * 1024);
const RANGE_IN_BYTES = Math.round(32 * SCALE * 1024 * 1024);
const TIMEOUT = 600_000;

const disk = mountSmallDisk(DISK_IN_MEGABYTES);
afterAll(() => disk?.remove());
const onSmallDisk = disk ? it : it.skip;

const COLUMNS = `
      - {name: id, logicalType: integer, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}`;

/** Calls `work` with a lake on the small disk; returns the most bytes that were used on it. */
async function onDisk(contract: ContractOptions, work: (lake: TestLake) => Promise<void>): Promise<number> {
  const duckDb = { memoryLimitInMegabytes: 384, spillLimitInMegabytes: Math.max(16, 64 * SCALE) };
  const engines = createEngines(duckDb);
  const temporaryDirectory = disk?.folder ?? '';
  const lake = await startLake({ temporaryDirectory, duckDb, engines, rangeLengthInBytes: RANGE_IN_BYTES });
  let most = 0;
  const watch = setInterval(() => {
    const { blocks, bfree, bsize } = statfsSync(temporaryDirectory);
    most = Math.max(most, (blocks - bfree) * bsize);
  }, 10);
  try {
    await addContract(lake, { ...contract, columns: COLUMNS });
    await work(lake);
    expect(await lake.leftovers()).toEqual([]);
  } finally {
    clearInterval(watch);
    engines.close();
    await lake.stop();
  }
  return most;
}

/** Transforms and commits a date, and counts its rows. */
async function ingested(lake: TestLake, dataset: string): Promise<{ rows: number; ranges: number }> {
  const key = { dataset, date: '2026-01-01', runId: 'run-1' };
  const { plan, rejected } = await stageRun(lake, key);
  expect(rejected).toBe(0);
  expect((await evaluateRun(lake, key)).passed).toBe(true);
  await commitRun(lake, key);
  const snapshot = await readSnapshot(lake, dataset);
  const files = snapshot === undefined ? [] : filesOfPartition(snapshot, key.date);
  return { rows: files.reduce((sum, file) => sum + (rowsByStatistics(file) ?? 0), 0), ranges: plan.ranges };
}

/** Text that gzip makes only a little shorter: letters of a hash. */
const bodyOf = (index: number): string => createHash('sha512').update(`${index}`).digest('base64').repeat(2);

onSmallDisk(
  'a gzip file that is larger than the temporary disk allows is ingested, whole',
  async () => {
    let records = 0;
    const most = await onDisk({}, async (lake) => {
      const gzip = createGzip({ level: 1 });
      const upload = lake.store.writeStream(lake.containers.raw, 'notes/2026-01-01/large.csv.gz', gzip);
      let compressed = 0;
      gzip.on('data', (block: Buffer) => (compressed += block.length));
      gzip.write('id,title,body\n');
      while (compressed < FILE_IN_BYTES) {
        let block = '';
        for (let line = 0; line < 2000; line += 1, records += 1) block += `${records},Title,${bodyOf(records)}\n`;
        if (!gzip.write(block)) await new Promise((resolve) => gzip.once('drain', resolve));
      }
      gzip.end();
      expect(await upload).toBeGreaterThanOrEqual(FILE_IN_BYTES);
      const { rows, ranges } = await ingested(lake, 'notes');
      expect(rows).toBe(records);
      expect(ranges).toBeGreaterThan(9);
    });
    expect(most).toBeGreaterThan(RANGE_IN_BYTES);
    expect(most).toBeLessThan(DISK_IN_MEGABYTES * 1024 * 1024);
  },
  TIMEOUT,
);

onSmallDisk(
  'an extract of a database that is larger than the temporary disk allows is ingested, whole',
  async () => {
    const [shop, own] = [await createTestDatabase(), await createTestDatabase()];
    try {
      await migrate(own.database);
      const rows = Math.ceil(FILE_IN_BYTES / 400);
      await shop.database.query('create unlogged table orders (id bigint, title text, body text)');
      await shop.database.query(
        `insert into orders select n, 'Title', repeat(md5(n::text), 12) from generate_series(1, ${rows}) n`,
      );
      const sqlSource = { query: 'select * from orders', watermarkColumn: 'id', connectionSetting: 'SQL_SOURCE_SHOP' };
      const most = await onDisk({ dataset: 'orders', custom: { sqlSource } }, async (lake) => {
        const key = { dataset: 'orders', date: '2026-01-01', runId: 'run-1' };
        const connectSource = (setting: string) => createPostgresSource(shop.url, setting);
        const extracts = createExtractStore(own.database);
        expect(await extractSource({ lakehouse: lake, extracts, connectSource }, key)).toEqual({ files: 1, rows });
        const info = await lake.store.info(lake.containers.raw, 'orders/2026-01-01/extract-00000.csv');
        expect(info?.size).toBeGreaterThan(FILE_IN_BYTES);
        expect(await ingested(lake, 'orders')).toMatchObject({ rows });
      });
      expect(most).toBeLessThan(DISK_IN_MEGABYTES * 1024 * 1024);
    } finally {
      await shop.drop();
      await own.drop();
    }
  },
  TIMEOUT,
);
