import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DuckDb } from '../../../lib/duckdb/duckdb';
import { createEngines, type DuckDbEngines } from '../../../lib/duckdb/engines';
import { errorOf } from '../../support/lake';

let folder: string;
let engines: DuckDbEngines;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'engines-'));
  engines = createEngines({ memoryLimitInMegabytes: 128 });
});
afterEach(async () => {
  engines.close();
  await rm(folder, { recursive: true, force: true });
});

const spill = (name: string) => path.join(folder, name);
/** Bytes of the files in a folder; 0 while there is none. */
const sizeOf = (directory: string) =>
  existsSync(directory)
    ? readdirSync(directory).reduce(
        (sum, name) => sum + (statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      )
    : 0;
/** Marks the engine, not the connection. */
const mark = (duckDb: DuckDb) => duckDb.run('CREATE TABLE mark AS SELECT 1');
const isMarked = async (duckDb: DuckDb) =>
  (await duckDb.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mark'"))[0]?.[0] === 1n;
/** Sorts more data than fits into the engine's memory. */
const sortMuch = (duckDb: DuckDb) =>
  duckDb.rows(
    'SELECT max(a) FROM (SELECT md5(range::VARCHAR) || md5((range + 1)::VARCHAR) AS a FROM range(4000000) ORDER BY a OFFSET 1)',
  );

describe('engines that are kept open', () => {
  it('are reused, with a new connection that has no state of the previous one', async () => {
    await engines.use(spill('a'), async (duckDb) => {
      await mark(duckDb);
      await duckDb.run("SET TimeZone = 'Asia/Tokyo'");
      await duckDb.run('CREATE TEMP TABLE rejected AS SELECT 1');
    });
    await engines.use(spill('b'), async (duckDb) => {
      expect(await isMarked(duckDb)).toBe(true);
      expect(await duckDb.rows("SELECT current_setting('TimeZone')")).toEqual([['UTC']]);
      await expect(duckDb.rows('SELECT * FROM rejected')).rejects.toThrow('rejected');
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('do one piece of work at a time', async () => {
    await engines.use(spill('a'), async (first) => {
      await mark(first);
      await engines.use(spill('b'), async (second) => expect(await isMarked(second)).toBe(false));
    });
  });

  it('are closed after failed work', async () => {
    await expect(
      engines.use(spill('a'), async (duckDb) => {
        await mark(duckDb);
        await duckDb.run('SELECT no_such_column');
      }),
    ).rejects.toThrow('no_such_column');
    expect(await engines.use(spill('b'), isMarked)).toBe(false);
  });

  it('spill into the folder of each piece of work, and are closed after spilling', async () => {
    await engines.use(spill('a'), mark);
    await engines.use(spill('b'), async (duckDb) => {
      expect(await isMarked(duckDb)).toBe(true);
      await sortMuch(duckDb);
      expect(existsSync(spill('b'))).toBe(true);
    });
    await engines.use(spill('c'), async (duckDb) => {
      expect(await isMarked(duckDb)).toBe(false);
      await sortMuch(duckDb);
      expect(existsSync(spill('c'))).toBe(true);
    });
    expect(existsSync(spill('a'))).toBe(false);
  });

  it('spill no more than their limit', async () => {
    const limited = createEngines({ memoryLimitInMegabytes: 128, spillLimitInMegabytes: 16 });
    try {
      await limited.use(spill('a'), mark);
      expect(await limited.use(spill('b'), isMarked)).toBe(true);
      let largest = 0;
      const refused = limited.use(spill('c'), async (duckDb) => {
        const work = sortMuch(duckDb);
        const watch = setInterval(() => (largest = Math.max(largest, sizeOf(spill('c')))), 5);
        await work.finally(() => clearInterval(watch));
      });
      expect(await errorOf(refused)).toMatchObject({
        code: 'DUCKDB_SPILL_LIMIT',
        retryable: false,
        expected: 'at most 16 MB',
        where: { setting: 'DUCKDB_SPILL_MEGABYTES' },
      });
      expect(largest).toBeGreaterThan(1_000_000);
      expect(largest).toBeLessThanOrEqual(16_000_000);
    } finally {
      limited.close();
    }
  });

  it('that are closed during work end after it', async () => {
    await engines.use(spill('a'), async (duckDb) => {
      await mark(duckDb);
      engines.close();
      expect(await isMarked(duckDb)).toBe(true);
    });
    expect(await engines.use(spill('b'), isMarked)).toBe(false);
  });
});
