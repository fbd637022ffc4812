import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ByteRange } from '../../../lib/storage/objectStore';
import { createBlockCache, type BlockCache } from '../../../lib/storage/blockCache';
import { planRun } from '../../../lib/planning/planRun';
import { addContract, ingest, startLake, type TestLake } from '../../support/lake';
import { observed } from '../delta/deltaTables';

const MEGABYTE = 1024 * 1024;
const SOURCE = 'raw/a.csv "0x1"';
const bytes = randomBytes(5 * MEGABYTE);

describe('a cache of blocks', () => {
  let folder: string;
  let cache: BlockCache;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'blocks-'));
    cache = createBlockCache({ limitInBytes: 3 * MEGABYTE, temporaryDirectory: path.join(folder, 'temporary') });
  });
  afterEach(async () => {
    await cache.clear();
    await rm(folder, { recursive: true, force: true });
  });

  const range = (offset: number, length: number): ByteRange => ({ offset, length });
  /** Returns true if the cache accepted the block. */
  async function keep(block: ByteRange, { isSound = true, upTo = block.length, source = SOURCE } = {}) {
    const kept = await cache.keep(source, block);
    for (let at = 0; at < upTo; at += 64 * 1024) {
      const start = block.offset + at;
      await kept?.write(bytes.subarray(start, block.offset + Math.min(upTo, at + 64 * 1024)));
    }
    await kept?.finish(isSound);
    return kept !== undefined;
  }
  async function taken(wanted: ByteRange, source = SOURCE): Promise<Buffer | undefined> {
    const file = path.join(folder, 'taken');
    return (await cache.take(source, wanted, file)) ? readFile(file) : undefined;
  }
  const expectTaken = async (wanted: ByteRange) => {
    const expected = bytes.subarray(wanted.offset, wanted.offset + wanted.length);
    expect((await taken(wanted))?.equals(expected)).toBe(true);
  };
  const left = () => readdir(path.join(folder, 'temporary'));

  it('returns ranges within and across blocks, and keeps nothing after all bytes were taken', async () => {
    await keep(range(10, MEGABYTE));
    await keep(range(10 + MEGABYTE, MEGABYTE));
    await expectTaken(range(10, MEGABYTE - 7));
    await expectTaken(range(10 + MEGABYTE - 7, 20));
    await expectTaken(range(10 + MEGABYTE + 13, MEGABYTE - 13));
    expect(await left()).toEqual([]);
    expect(await taken(range(10, 1))).toBeUndefined();
  });

  it('returns no range with a missing byte, and none of another version of the file', async () => {
    await keep(range(0, MEGABYTE));
    await keep(range(MEGABYTE + 1, MEGABYTE));
    expect(await taken(range(0, MEGABYTE + 1))).toBeUndefined();
    expect(await taken(range(0, 2 * MEGABYTE + 2))).toBeUndefined();
    expect(await taken(range(0, 5), 'raw/a.csv "0x2"')).toBeUndefined();
    await expectTaken(range(0, MEGABYTE));
  });

  it('returns nothing of a block that was incomplete or invalid', async () => {
    await keep(range(0, MEGABYTE), { upTo: MEGABYTE - 1 });
    await keep(range(MEGABYTE, MEGABYTE), { isSound: false });
    const open = await cache.keep(SOURCE, range(2 * MEGABYTE, 10));
    await open?.write(bytes.subarray(0, 10));
    for (const offset of [0, MEGABYTE, 2 * MEGABYTE]) expect(await taken(range(offset, 5))).toBeUndefined();
    await open?.finish(true);
    expect(await left()).toHaveLength(1);
  });

  it('keeps no more than its limit: it deletes the oldest blocks, but none that are being written', async () => {
    for (const index of [0, 1, 2, 3]) await keep(range(index * MEGABYTE, MEGABYTE));
    expect(await taken(range(0, 1))).toBeUndefined();
    await expectTaken(range(MEGABYTE, 3 * MEGABYTE));
    expect(await keep(range(0, 3 * MEGABYTE + 1))).toBe(false);
    const first = await cache.keep(SOURCE, range(0, 2 * MEGABYTE));
    expect(await keep(range(2 * MEGABYTE, 2 * MEGABYTE))).toBe(false);
    await first?.finish(true);
  });

  it('keeps a block once, and no empty block', async () => {
    expect(await keep(range(0, 10))).toBe(true);
    expect(await keep(range(0, 10))).toBe(false);
    expect(await keep(range(10, 0))).toBe(false);
  });

  it('keeps nothing when the disk cannot be written, without an error', async () => {
    await keep(range(0, 10));
    const [name = ''] = await left();
    await rm(path.join(folder, 'temporary', name), { recursive: true });
    expect(await keep(range(10, MEGABYTE))).toBe(false);
    expect(await taken(range(0, 5))).toBeUndefined();
    expect(await taken(range(10, 5))).toBeUndefined();
  });
});

describe('a run with a block cache', () => {
  let lake: TestLake;
  beforeAll(async () => {
    lake = await startLake({ rangeLengthInBytes: 20_000 });
    await addContract(lake);
  });
  afterAll(() => lake.stop());

  const date = '2026-02-01';
  const records = Array.from({ length: 4000 }, (_unused, n) => `a-${n},T ${n},${n % 1000},,"one\ntwo ""${n}"""\n`).join(
    '',
  );

  it.each([
    ['planned in one step', 64 * MEGABYTE],
    ['scanned in blocks', 1],
  ])('%s reads each byte of a file once, with the same rows', async (_name, directPlanLengthInBytes) => {
    await lake.drop('notes', date, 'a.csv', `id,title,n,day,body\n${records}`);
    const { store, read } = observed(lake.store);
    const blocks = createBlockCache({ limitInBytes: 10 * MEGABYTE, temporaryDirectory: lake.temporaryDirectory });
    const caching = { ...lake, store, blocks, directPlanLengthInBytes };
    const path = `notes/${date}/a.csv`;
    const plan = await planRun(caching, { dataset: 'notes', date, runId: `plan-${directPlanLengthInBytes}` });
    expect(plan.ranges).toBeGreaterThan(5);
    await blocks.clear();
    const before = read.filter((file) => file === path).length;
    await ingest(caching, { dataset: 'notes', date, runId: `run-${directPlanLengthInBytes}` });
    // As many reads as planning alone: the transforms read nothing.
    expect(read.filter((file) => file === path)).toHaveLength(2 * before);
    const rows = await lake.documents('notes', date);
    expect(rows).toHaveLength(4000);
    expect(new Set(rows.map(({ text }) => text)).size).toBe(4000);
    expect(await lake.leftovers()).toEqual([]);
  });
});
