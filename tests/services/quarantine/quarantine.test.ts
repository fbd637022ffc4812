import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { dialectOf } from '../../../lib/csv/dialect';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { LakeContainers, ObjectStore } from '../../../lib/storage/objectStore';
import { quarantineFile } from '../../../lib/lakehouse/paths';
import { countQuarantine } from '../../../lib/quarantine/quarantineCounts';
import { quarantineExecutions } from '../../../lib/quarantine/quarantineExecutions';
import { boundedFaults, boundedGroups } from '../../../lib/quarantine/boundedRecord';
import type { RejectedRecord } from '../../../lib/quarantine/rejectedRecord';
import { readQuarantine, type QuarantinePage } from '../../../lib/quarantine/quarantinePage';
import { LONGEST_RAW, readRecord } from '../../../lib/quarantine/readRecord';
import type { RunKey } from '../../../lib/runs/runKey';
import { writeProduced } from '../../../lib/storage/writeProduced';
import { writeRejectedRecords } from '../../../lib/transform/rejectedRecords';
import { testStorage, uniqueName } from '../../support/servers';

const containers: LakeContainers = { raw: 'raw', processed: 'p', quarantine: uniqueName('quarantine'), staging: 's' };
const key: RunKey = { dataset: 'letters', date: '2026-01-01', runId: '20260102T010000Z-aaaaaaaa' };
const later: RunKey = { ...key, runId: '20260103T010000Z-bbbbbbbb' };
/** Lengths of the reads of the store: the largest block in memory. */
const reads: number[] = [];
let store: ObjectStore;
let lake: { store: ObjectStore; containers: LakeContainers };

const CODES = ['VALUE_MISSING', 'VALUE_NOT_A_DATE', 'RECORD_FIELD_COUNT'];
const line = (record: number): string =>
  JSON.stringify({
    ...{ file: 'letters/2026-01-01/a.csv', record, line: record + 1, byteOffset: record * 10 },
    ...{ code: CODES[record % 3], column: null, found: null, expected: 'a value', raw: `${record},é "quoted"\nline` },
  });
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${line(from + index)}\n`).join('');

beforeAll(async () => {
  const azure = createAzureStorage({ connectionString: testStorage() });
  await azure.ensureContainer(containers.quarantine);
  store = {
    ...azure,
    read: (container, file, range) => {
      reads.push(range?.length ?? Number.POSITIVE_INFINITY);
      return azure.read(container, file, range);
    },
  };
  lake = { store, containers };
  await store.write(containers.quarantine, quarantineFile(key, 0), lines(0, 25));
  await store.write(containers.quarantine, quarantineFile(key, 2), lines(25, 30));
  // Without a line end after the last record.
  await store.write(containers.quarantine, quarantineFile(key, 10), lines(30, 41).trimEnd());
  await store.write(containers.quarantine, quarantineFile(later, 0), line(99));
});

const visible = (): boolean => true;

async function pagesOf(limit: number, code?: string, of = key): Promise<QuarantinePage[]> {
  const pages: QuarantinePage[] = [];
  let cursor: string | undefined;
  do {
    const page = await readQuarantine(lake, of, { limit, code, cursor }, visible);
    pages.push(page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}
const recordsOf = (pages: QuarantinePage[]): number[] => pages.flatMap(({ records }) => records.map((r) => r.record));

describe('browsing a quarantine', () => {
  it.each([1, 7, 25, 41, 200])('returns every record once, in order, in pages of %i', async (limit) => {
    const pages = await pagesOf(limit);
    expect(recordsOf(pages)).toEqual(Array.from({ length: 41 }, (_, index) => index));
    expect(pages.slice(0, -1).every(({ records }) => records.length === limit)).toBe(true);
  });

  it('returns a record as it was written', async () => {
    const [page] = await pagesOf(2);
    expect(page?.records[1]).toEqual({ ...(JSON.parse(line(1)) as object), isTruncated: false });
    expect(page?.runId).toBe(key.runId);
  });

  it('returns the records with a code', async () => {
    const expected = Array.from({ length: 41 }, (_, index) => index).filter((record) => record % 3 === 1);
    expect(recordsOf(await pagesOf(4, 'VALUE_NOT_A_DATE'))).toEqual(expected);
    expect(recordsOf(await pagesOf(4, 'NO_SUCH_CODE'))).toEqual([]);
  });

  it('separates executions', async () => {
    expect(recordsOf(await pagesOf(10, undefined, later))).toEqual([99]);
    expect(recordsOf(await pagesOf(10, undefined, { ...key, runId: 'clean' }))).toEqual([]);
    const executions = await quarantineExecutions(lake, key.dataset, key.date);
    expect(executions).toMatchObject([
      { runId: later.runId, files: 1 },
      { runId: key.runId, files: 3 },
    ]);
    expect(executions[0]?.bytes).toBe(Buffer.byteLength(line(99)));
  });

  it('refuses a foreign cursor', async () => {
    for (const cursor of ['nonsense', Buffer.from('["x",-1]').toString('base64url')]) {
      await expect(readQuarantine(lake, key, { limit: 1, cursor }, visible)).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
        status: 400,
      });
    }
  });

  it('refuses a cursor in the middle of a record, and after the end of a file', async () => {
    const [first] = await pagesOf(1);
    const [object = '', offset = 0] = JSON.parse(
      Buffer.from(first?.nextCursor ?? '', 'base64url').toString('utf8'),
    ) as [string, number];
    const at = (position: number) => Buffer.from(JSON.stringify([object, position])).toString('base64url');
    for (const position of [1, offset - 1, offset + 1, offset + 40, 1_000_000]) {
      await expect(readQuarantine(lake, key, { limit: 1, cursor: at(position) }, visible)).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
        status: 400,
      });
    }
    expect((await readQuarantine(lake, key, { limit: 1, cursor: at(offset) }, visible)).records).toMatchObject([
      { record: 1 },
    ]);
  });

  it('names a file that is not readable', async () => {
    const tampered = { ...key, runId: 'tampered' };
    await store.write(containers.quarantine, quarantineFile(tampered, 0), 'hello\n');
    await expect(readQuarantine(lake, tampered, { limit: 1 }, visible)).rejects.toMatchObject({
      code: 'QUARANTINE_UNREADABLE',
      where: { file: quarantineFile(tampered, 0) },
    });
  });
});

describe('a record with many faults or groups', () => {
  const fault = (column: number) => ({
    ...{ code: 'ROW_VALUE_TYPE' as const, column: `c${column}`, found: 'é'.repeat(200), expected: 'a whole number' },
  });
  const faults = (count: number) => Array.from({ length: count }, (_, column) => fault(column));
  const groups = (count: number) => Array.from({ length: count }, (_, group) => `group-${group}`);
  const mayBeReadBy = (group: string) => (record: RejectedRecord) => record.allowedGroups?.includes(group) ?? true;

  async function write(runId: string, count: number, allowedGroups?: string[]): Promise<RunKey> {
    const written = { ...key, runId };
    const folder = await mkdtemp(path.join(tmpdir(), 'many-faults-'));
    const input = path.join(folder, 'range.csv');
    await writeFile(input, 'first\nsecond\n');
    const source = { path: 'letters/x.csv', localFile: input, offset: 0, firstLine: 2, firstRecord: 1 };
    const found = new Map([
      [1, faults(count)],
      [2, faults(1)],
    ]);
    const groupsOf = (record: string) => (record === 'first' ? (allowedGroups ?? []) : ['group-0']);
    const access = allowedGroups && { column: 'readers', groupsOf };
    const dialect = dialectOf({ delimiter: ',', quote: '"' });
    await writeProduced(store, { container: containers.quarantine, path: quarantineFile(written, 0) }, (toFile) =>
      writeRejectedRecords(toFile, source, dialect, found, access),
    );
    await rm(folder, { recursive: true });
    return written;
  }

  /** As earlier versions wrote it: every fault and group in full. */
  async function writeEarlier(runId: string, count: number, allowedGroups?: string[]): Promise<RunKey> {
    const written = { ...key, runId };
    const [first, ...more] = faults(count);
    const record = (number: number) => ({ file: 'letters/x.csv', record: number, line: number + 1, byteOffset: 0 });
    const text = [
      JSON.stringify({ ...record(1), ...first, more, ...(allowedGroups ? { allowedGroups } : {}), raw: 'first' }),
      JSON.stringify({
        ...record(2),
        ...first,
        ...(allowedGroups ? { allowedGroups: ['group-0'] } : {}),
        raw: 'second',
      }),
    ].join('\n');
    await store.write(containers.quarantine, quarantineFile(written, 0), text);
    return written;
  }

  it.each([
    ['written now', write],
    ['of an earlier version', writeEarlier],
  ])('%s lists at most 101 faults, and says how many more there are', async (_name, writeAs) => {
    for (const count of [1, 2, 101, 102, 2500]) {
      const of = await writeAs(uniqueName('many'), count);
      const { records } = await readQuarantine(lake, of, { limit: 10 }, visible);
      expect(records.map(({ raw, isTruncated }) => [raw, isTruncated])).toEqual([
        ['first', false],
        ['second', false],
      ]);
      const [first] = records;
      expect(first?.more?.length ?? 0).toBe(Math.min(count - 1, 100));
      expect(1 + (first?.more?.length ?? 0) + (first?.omittedFaults ?? 0)).toBe(count);
      expect(records[1]).not.toHaveProperty('omittedFaults');
      expect((await countQuarantine(lake, of, visible)).codes).toEqual([{ code: 'ROW_VALUE_TYPE', records: 2 }]);
    }
  });

  it.each([
    ['written now', write, 4000, 40_000],
    ['of an earlier version', writeEarlier, 40_000, 900_000],
  ])('%s is shown to its groups only; with too many of them, to none', async (_name, writeAs, some, tooMany) => {
    const rawOf = async (of: RunKey, isVisible: (record: RejectedRecord) => boolean) =>
      (await readQuarantine(lake, of, { limit: 10 }, isVisible)).records.map(({ raw }) => raw);
    const stored = await writeAs(uniqueName('groups'), 3, groups(some));
    expect(await rawOf(stored, mayBeReadBy(`group-${some - 1}`))).toEqual(['first']);
    expect(await rawOf(stored, mayBeReadBy('group-0'))).toEqual(['first', 'second']);
    expect(await rawOf(stored, mayBeReadBy('other'))).toEqual([]);
    const many = await writeAs(uniqueName('groups'), 3, groups(tooMany));
    expect(await rawOf(many, mayBeReadBy(`group-${tooMany - 1}`))).toEqual([]);
    expect(await rawOf(many, mayBeReadBy('group-0'))).toEqual(['second']);
    expect(await rawOf(many, visible)).toHaveLength(2);
  });

  it('of an earlier version, with faults over 8 MiB, is read without them and shown to nobody else', async () => {
    const of = await writeEarlier('endless', 30_000, groups(1));
    const { records } = await readQuarantine(lake, of, { limit: 10 }, visible);
    expect(records).toMatchObject([
      { record: 1, code: 'ROW_VALUE_TYPE', raw: '', isTruncated: true },
      { raw: 'second' },
    ]);
    const others = await readQuarantine(lake, of, { limit: 10 }, mayBeReadBy('group-0'));
    expect(others.records).toMatchObject([{ record: 2 }]);
  });

  it('whatever it has is written within the bytes that are read at once', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 5000 });
    const foundText = fc.string({ unit: 'binary', maxLength: 200 });
    const any = fc.record({
      code: fc.constant('ROW_VALUE_TYPE' as const),
      column: text,
      found: foundText,
      expected: text,
    });
    await fc.assert(
      fc.asyncProperty(any, fc.array(text), fc.nat(3000), (each, names, count) => {
        const [first, ...more] = Array.from({ length: count + 1 }, () => each);
        const listed = boundedFaults([first ?? each, ...more]);
        const allowedGroups = boundedGroups(names);
        const head = JSON.stringify({ ...listed, allowedGroups });
        expect(Buffer.byteLength(head)).toBeLessThan(200 * 1024);
        expect(1 + (listed.more?.length ?? 0) + (listed.omittedFaults ?? 0)).toBe(count + 1);
        return Promise.resolve();
      }),
      { numRuns: 50 },
    );
  });
});

describe('counting a quarantine', () => {
  it('counts by code, most frequent first', async () => {
    expect(await countQuarantine(lake, key, visible)).toEqual({
      codes: [
        { code: 'VALUE_MISSING', records: 14 },
        { code: 'VALUE_NOT_A_DATE', records: 14 },
        { code: 'RECORD_FIELD_COUNT', records: 13 },
      ],
      isWhole: true,
    });
  });

  it('reports that it stopped before the end', async () => {
    const { codes, isWhole } = await countQuarantine(lake, key, visible, 1000);
    expect(isWhole).toBe(false);
    const counted = codes.reduce((sum, { records }) => sum + records, 0);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(41);
  });
});

describe('a giant rejected record', () => {
  const giant = { ...key, runId: 'giant' };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'giant-record-'));
    const input = path.join(folder, 'range.csv');
    await writeFile(input, `first,"${'é "" \u0001\n'.repeat(400_000)}"\nsecond\n`);
    const source = { path: 'letters/x.csv', localFile: input, offset: 0, firstLine: 2, firstRecord: 1 };
    const fault = { code: 'ROW_VALUE_LENGTH' as const, column: 'body', found: null, expected: 'less' };
    const dialect = dialectOf({ delimiter: ',', quote: '"' });
    const faults = new Map([
      [1, [fault]],
      [2, [fault, { ...fault, column: 'title' }]],
    ]);
    const object = { container: containers.quarantine, path: quarantineFile(giant, 0) };
    await writeProduced(store, object, (write) => writeRejectedRecords(write, source, dialect, faults));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is truncated, and the next record is complete; no read is larger than a block', async () => {
    reads.length = 0;
    const { records, nextCursor } = await readQuarantine(lake, giant, { limit: 10 }, visible);
    expect(nextCursor).toBeNull();
    expect(records).toMatchObject([
      { record: 1, code: 'ROW_VALUE_LENGTH', isTruncated: true },
      { record: 2, raw: 'second', isTruncated: false, more: [{ column: 'title' }] },
    ]);
    expect(records[0]?.raw.startsWith('first,"é "" \u0001\n')).toBe(true);
    expect(records[0]?.raw).toHaveLength(LONGEST_RAW);
    expect(reads.length).toBeGreaterThan(10);
    expect(Math.max(...reads)).toBeLessThanOrEqual(256 * 1024);
  });

  it('can be truncated at any character', () => {
    const whole = JSON.stringify({ code: 'X', raw: 'a\\"\u0001\n\\\\é😀 end' });
    const start = whole.indexOf('"raw":"') + '"raw":"'.length;
    for (let end = start; end < whole.length - 1; end += 1) {
      const record = readRecord(whole.slice(0, end), false);
      expect(record).toMatchObject({ code: 'X', isTruncated: true });
      expect('a\\"\u0001\n\\\\é😀 end'.startsWith(record?.raw ?? 'never')).toBe(true);
    }
  });
});
