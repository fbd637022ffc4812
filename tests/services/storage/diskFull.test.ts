import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPostgres } from '../../../lib/database/postgres';
import { withDuckDb } from '../../../lib/duckdb/duckdb';
import { diskSpaceOf, fullDiskError } from '../../../lib/storage/diskSpace';
import { withTemporaryFolder } from '../../../lib/storage/temporaryFolder';
import { toProblem } from '../../../lib/problems/problem';
import { startPostgres } from '../../../local/postgres/postgres';
import { mountSmallDisk } from '../../support/smallDisk';

// A file system of this test alone is filled, and what writes to it is asked for what it then says.
const disk = mountSmallDisk(130);
afterAll(() => disk?.remove());
const onSmallDisk = disk ? it : it.skip;
const folder = disk?.folder ?? '';
beforeEach(() => disk?.free());

onSmallDisk('a full disk is found by its free space', async () => {
  const cause = new Error('no answer');
  expect(await fullDiskError({ data: folder }, cause)).toBeUndefined();
  disk?.fill(1024 * 1024);
  expect(await fullDiskError({ other: '/', data: path.join(folder, 'not/yet/made') }, cause)).toMatchObject({
    code: 'DISK_FULL',
    message: 'The disk of the data folder is full.',
    found: expect.stringMatching(/^\d+ KiB free$/) as string,
    cause,
  });
  const { free = 0, total = 0 } = (await diskSpaceOf(folder)) ?? {};
  expect(free).toBeLessThanOrEqual(1024 * 1024);
  expect(total).toBe(130 * 1024 * 1024);
});

onSmallDisk('a temporary file', async () => {
  disk?.fill();
  const made = withTemporaryFolder(path.join(folder, 'temporary'), (own) =>
    writeFile(path.join(own, 'extract.csv'), Buffer.alloc(100_000)),
  );
  expect(toProblem(await made.catch((error: unknown) => error))).toMatchObject({ code: 'DISK_FULL' });
});

onSmallDisk.each([
  ['a Parquet file', (to: string) => `copy (select range, random() r from range(9000000)) to '${to}/o.parquet'`],
  ['a spill file', () => 'select count(*) from (select md5(range::varchar) m from range(9000000) order by m offset 9)'],
])('%s of DuckDB', async (_, sql) => {
  disk?.fill(6 * 1024 * 1024);
  const spill = path.join(folder, 'spill');
  mkdirSync(spill, { recursive: true });
  const run = withDuckDb({ memoryLimitInMegabytes: 150 }, spill, (duckDb) => duckDb.rows(sql(spill)));
  await expect(run).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true });
});

onSmallDisk('PostgreSQL, which goes on when there is space again', async () => {
  const server = await startPostgres({ dataDirectory: path.join(folder, 'data'), logFile: '/dev/null' });
  const database = createPostgres(server.adminUrl);
  try {
    await database.query('create table filler (text text)');
    disk?.fill(1024 * 1024);
    const grow = `insert into filler select repeat('x', 500) from generate_series(1, 10000)`;
    await expect(database.query(grow)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'The disk of PostgreSQL is full.',
      found: 'SQLSTATE 53100',
    });
    disk?.free();
    expect(await database.query('select count(*) as n from filler')).toEqual([{ n: 0 }]);
  } finally {
    await database.close();
    await server.stop();
  }
});
