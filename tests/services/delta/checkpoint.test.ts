import { commitPartition, type PartitionCommit } from '../../../lib/delta/commitPartition';
import { commitRun } from '../../../lib/ingest/commitRun';
import { checkpointActions } from '../../../lib/delta/checkpointFile';
import { readLog, readSnapshot } from '../../../lib/delta/deltaLog';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { checkpointPath, lastCheckpointPath, logEntryPath } from '../../../lib/lakehouse/paths';
import { applyEntries, emptyState, snapshotOf, type TableSnapshot } from '../../../lib/delta/tableSnapshot';
import { addFile, day, observed, writeEntry } from './deltaTables';
import { errorOf, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

function commitOf(dataset: string, n: number, date = day(n + 1)): PartitionCommit {
  return {
    dataset,
    date,
    runId: `run-${n}`,
    plannedOn: n - 1,
    schema: { type: 'struct', fields: [{ name: 'id', type: 'string', nullable: true, metadata: {} }] },
    files: [addFile(date, `part-00000-run-${n}`), addFile(date, `part-00001-run-${n} %25é`)],
    metrics: { numOutputRows: String(n), rejectedRecords: '1', numFiles: '2', numOutputBytes: '2' },
  };
}

/** Commits versions `first` to `last`, each with its own date; every fifth replaces the first date. */
async function commitVersions(dataset: string, first: number, last: number): Promise<void> {
  for (let n = first; n <= last; n += 1) {
    const date = n % 5 === 0 ? day(1) : day(n + 1);
    expect(await commitPartition(lake, commitOf(dataset, n, date))).toEqual({ version: n });
  }
}

/** The snapshot from the log entries alone: the expected result with any checkpoint. */
async function fromEntries(dataset: string): Promise<TableSnapshot> {
  return snapshotOf(applyEntries(emptyState(), await readLog(lake.store, lake.containers.processed, dataset)), dataset);
}

/** Snapshots in a comparable form: actions of a checkpoint have another dataChange and order. */
function content(snapshot: TableSnapshot | undefined) {
  if (snapshot === undefined) return undefined;
  const files = [...snapshot.files.values()].map((file) => ({ ...file, dataChange: undefined }));
  const tombstones = [...snapshot.tombstones.values()].map((file) => ({ ...file, dataChange: undefined }));
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  return {
    version: snapshot.version,
    protocol: snapshot.protocol,
    metaData: snapshot.metaData,
    files: files.sort(byPath),
    tombstones: tombstones.sort(byPath),
    transactions: [...snapshot.transactions.values()].sort((a, b) => a.version - b.version),
  };
}

describe('checkpoints', () => {
  beforeAll(() => commitVersions('table', 0, 24));

  it('are written every ten commits, and _last_checkpoint names the newest', async () => {
    const log = await lake.paths('processed', 'table/_delta_log/');
    expect(log.filter((file) => file.endsWith('.parquet'))).toEqual([
      checkpointPath('table', 10),
      checkpointPath('table', 20),
    ]);
    const pointer = JSON.parse(
      (await lake.store.read(lake.containers.processed, lastCheckpointPath('table'))).toString(),
    ) as object;
    const size = (await lake.store.info(lake.containers.processed, checkpointPath('table', 20)))?.size;
    expect(pointer).toMatchObject({ version: 20, sizeInBytes: size, numOfAddFiles: 34 });
    expect(await lake.leftovers()).toEqual([]);
  });

  it('save a reader the entries before them', async () => {
    const { store, read } = observed(lake.store);
    const snapshot = await readSnapshot({ ...lake, store }, 'table');
    expect(read).toEqual([checkpointPath('table', 20), ...[21, 22, 23, 24].map((n) => logEntryPath('table', n))]);
    expect(content(snapshot)).toEqual(content(await fromEntries('table')));
    read.length = 0;
    await readSnapshot({ ...lake, store }, 'table');
    expect(read).toHaveLength(4);
  });

  it('are used for earlier versions too', async () => {
    const { store, read } = observed(lake.store);
    expect((await readSnapshot({ ...lake, store }, 'table', 12))?.files.size).toBe(22);
    expect(read).toEqual([checkpointPath('table', 10), logEntryPath('table', 11), logEntryPath('table', 12)]);
    expect((await readSnapshot(lake, 'table', 20))?.version).toBe(20);
    expect((await readSnapshot(lake, 'table', 3))?.files.size).toBe(8);
    expect(await errorOf(readSnapshot(lake, 'table', 25))).toMatchObject({
      code: 'LAKE_VERSION_NOT_FOUND',
      status: 404,
    });
  });

  it.each([
    ['missing', undefined],
    ['stale', '{"version":10,"size":1}'],
    ['broken', '{"vers'],
    ['ahead of the table', '{"version":90,"size":1}'],
  ])('are found when _last_checkpoint is %s', async (_, text) => {
    if (text === undefined) await lake.store.remove(lake.containers.processed, lastCheckpointPath('table'));
    else await lake.store.write(lake.containers.processed, lastCheckpointPath('table'), text);
    const { store, read } = observed(lake.store);
    expect(content(await readSnapshot({ ...lake, store }, 'table'))).toEqual(content(await fromEntries('table')));
    expect(read[0]).toBe(checkpointPath('table', 20));
  });

  it('are skipped when they cannot be read, and the next commit writes a new one', async () => {
    await commitVersions('unreadable', 0, 20);
    const expected = content(await fromEntries('unreadable'));
    for (const version of [20, 10]) {
      await lake.store.write(
        lake.containers.processed,
        checkpointPath('unreadable', version),
        'PAR1 and nothing of it',
      );
      expect(content(await readSnapshot(lake, 'unreadable'))).toEqual(expected);
    }
    expect(await commitPartition(lake, commitOf('unreadable', 21))).toEqual({ version: 21 });
    const { store, read } = observed(lake.store);
    expect((await readSnapshot({ ...lake, store }, 'unreadable'))?.version).toBe(21);
    expect(read).toEqual([checkpointPath('unreadable', 21)]);
  });

  it('replace entries that were deleted', async () => {
    await commitVersions('cleaned', 0, 22);
    const expected = content(await readSnapshot(lake, 'cleaned'));
    for (let n = 0; n < 20; n += 1) await lake.store.remove(lake.containers.processed, logEntryPath('cleaned', n));
    expect(content(await readSnapshot(lake, 'cleaned'))).toEqual(expected);
    expect(await errorOf(readSnapshot(lake, 'cleaned', 5))).toMatchObject({ code: 'LAKE_VERSION_NOT_FOUND' });
    // Repeated commits are recognised by their transactions, even if their entry was deleted.
    expect(await commitPartition(lake, commitOf('cleaned', 21))).toEqual({ version: 21 });
    expect(await commitPartition(lake, commitOf('cleaned', 7))).toEqual({ version: 7 });
    expect(await commitPartition(lake, commitOf('cleaned', 23))).toEqual({ version: 23 });
  });

  it('never fail a commit: it reports the problem, and the next commit writes the checkpoint', async () => {
    await commitVersions('unlucky', 0, 9);
    const store: ObjectStore = {
      ...lake.store,
      async writeIfAbsent(container, file, body) {
        if (file.endsWith('.checkpoint.parquet')) throw new Error('the disk is full');
        return lake.store.writeIfAbsent(container, file, body);
      },
    };
    expect(await commitPartition({ ...lake, store }, commitOf('unlucky', 10))).toEqual({
      version: 10,
      checkpointProblem: { code: 'INTERNAL', message: 'the disk is full' },
    });
    expect(await commitPartition(lake, commitOf('unlucky', 11))).toEqual({ version: 11 });
    expect(await lake.store.info(lake.containers.processed, checkpointPath('unlucky', 11))).toBeDefined();
    expect(await lake.leftovers()).toEqual([]);
  });

  it('keep a removed file until the end of its retention', async () => {
    const snapshot = await fromEntries('table');
    const removals = (now: number, retention?: string) => {
      const configuration: Record<string, string> =
        retention === undefined ? {} : { 'delta.deletedFileRetentionDuration': retention };
      const metaData = { ...snapshot.metaData, configuration };
      return checkpointActions({ ...snapshot, metaData }, now).filter((action) => 'remove' in action).length;
    };
    const now = Date.now();
    const days = 86_400_000;
    expect(removals(now)).toBe(8);
    expect(removals(now + 6 * days)).toBe(8);
    expect(removals(now + 8 * days)).toBe(0);
    expect(removals(now + 8 * days, 'interval 2 weeks')).toBe(8);
    expect(removals(now + 2 * days, 'interval 1 day')).toBe(0);
  });
});

describe('a repeated commit of a run', () => {
  it('reads one log entry in addition to the snapshot', async () => {
    const { store, read } = observed(lake.store);
    const key = { dataset: 'table', date: day(24), runId: 'run-23' };
    expect(await commitRun({ ...lake, store }, key)).toEqual({
      version: 23,
      rows: 23,
      rejected: 1,
      dropped: 0,
      parts: 2,
      bytes: 2,
    });
    // Entries after the checkpoint for the snapshot, then the entry that the transaction names.
    expect(read.slice(1)).toEqual([21, 22, 23, 24, 23].map((n) => logEntryPath('table', n)));
    const early = { dataset: 'table', date: day(4), runId: 'run-3' };
    expect(await commitRun(lake, early)).toMatchObject({ version: 3, rows: 3 });
  });

  it('is also found in tables whose transactions do not name their version', async () => {
    await commitVersions('old', 0, 11);
    for (const { version, actions } of await readLog(lake.store, lake.containers.processed, 'old')) {
      const older = actions.map((action) => ('txn' in action ? { txn: { ...action.txn, version: 1 } } : action));
      await writeEntry(lake, 'old', version, older);
    }
    await lake.store.remove(lake.containers.processed, checkpointPath('old', 10));
    const key = { dataset: 'old', date: day(7), runId: 'run-6' };
    expect(await commitRun(lake, key)).toMatchObject({ version: 6, rows: 6 });
    expect(await commitPartition(lake, commitOf('old', 8))).toEqual({ version: 8 });
  });
});
