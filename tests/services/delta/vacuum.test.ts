import { runLakeCommand } from '../../../local/commands/lakeCommand';
import { commitRun } from '../../../lib/ingest/commitRun';
import { writeCheckpoint } from '../../../lib/delta/checkpoint';
import { readSnapshot, requireSnapshot } from '../../../lib/delta/deltaLog';
import { historyOf } from '../../../lib/delta/history';
import type { TableStorage } from '../../../lib/lakehouse/lakehouse';
import { restoreTable } from '../../../lib/delta/restore';
import { vacuumTable } from '../../../lib/delta/vacuum';
import { discardRun } from '../../../lib/staging/discardRun';
import { day, HEADER, ingestIds, writeEntry } from './deltaTables';
import { addContract, DEFAULT_COLUMNS, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const HOUR = 3_600_000;
const WEEK = 168;

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const ids = async (dataset: string, date: string) => (await lake.documents(dataset, date)).map(({ docId }) => docId);
const parts = async (dataset: string) =>
  (await lake.paths('processed', `${dataset}/ingest_date=`)).map((file) => /run-\w+/.exec(file)?.[0]);
/** Runs vacuum as if that many hours had passed. */
const vacuumIn = (hours: number, dataset: string, retentionInHours = WEEK, apply = true) =>
  vacuumTable(lake, dataset, { retentionInHours, apply, now: Date.now() + hours * HOUR });
const names = (files: { path: string }[]) => files.map(({ path }) => /run-\w+/.exec(path)?.[0]);

/** Ingests day 1 with run-1, again with run-2, and day 2 with run-3, and clears their staging. */
async function threeRuns(dataset: string): Promise<void> {
  await addContract(lake, { dataset });
  const runs: [string, string, string][] = [
    [day(1), 'run-1', 'a-1'],
    [day(1), 'run-2', 'a-2'],
    [day(2), 'run-3', 'b-1'],
  ];
  for (const [date, runId, id] of runs) {
    await ingestIds(lake, dataset, date, runId, [id]);
    await discardRun(lake, { dataset, date, runId });
  }
}

describe('vacuum', () => {
  it('lists what it would delete, and deletes nothing without apply', async () => {
    await threeRuns('dry');
    const result = await vacuumIn(WEEK + 1, 'dry', WEEK, false);
    expect(names(result.removed)).toEqual(['run-1']);
    expect(result).toMatchObject({ current: 2, kept: 0 });
    expect(result.removedBytes).toBe(result.removed[0]?.size);
    expect(await parts('dry')).toEqual(['run-1', 'run-2', 'run-3']);
  });

  it('deletes files that no version within the retention needs', async () => {
    await threeRuns('old');
    expect((await vacuumIn(WEEK - 1, 'old')).removed).toEqual([]);
    expect(await parts('old')).toEqual(['run-1', 'run-2', 'run-3']);
    expect(names((await vacuumIn(WEEK + 1, 'old')).removed)).toEqual(['run-1']);
    expect(await parts('old')).toEqual(['run-2', 'run-3']);
    expect(await ids('old', day(1))).toEqual(['a-2']);
    expect((await vacuumIn(WEEK + 1, 'old')).removed).toEqual([]);
  });

  it('uses the time of removal, not the age of the file: an old file that was removed just now stays', async () => {
    await threeRuns('recent');
    const now = Date.now() + 1000 * HOUR;
    const file = [...((await readSnapshot(lake, 'recent'))?.files.values() ?? [])].find(({ path }) =>
      /run-3/.test(path),
    );
    await writeEntry(lake, 'recent', 3, [
      { remove: { path: file?.path, deletionTimestamp: now - HOUR, dataChange: true } },
    ]);
    const { removed } = await vacuumTable(lake, 'recent', { retentionInHours: 2, apply: true, now });
    expect(names(removed)).toEqual(['run-1']);
    expect(await parts('recent')).toEqual(['run-2', 'run-3']);
  });

  it('uses removals of log entries that a checkpoint no longer lists', async () => {
    await threeRuns('long');
    const now = Date.now() + 1000 * HOUR;
    const live = await readSnapshot(lake, 'long');
    const file = [...(live?.files.values() ?? [])].find(({ path }) => path.includes('run-3'));
    const remove = { path: file?.path, deletionTimestamp: now - HOUR, dataChange: true };
    await writeEntry(lake, 'long', 3, [{ remove }]);
    const snapshot = await requireSnapshot(lake, 'long');
    await writeCheckpoint(lake, 'long', { ...snapshot, tombstones: new Map() });
    expect((await readSnapshot(lake, 'long'))?.tombstones.size).toBe(0);
    const { removed } = await vacuumTable(lake, 'long', { retentionInHours: 2, apply: true, now });
    expect(names(removed)).toEqual(['run-1']);
    expect(await parts('long')).toEqual(['run-2', 'run-3']);
  });

  it('keeps the parts of a running run, whatever their age, and deletes parts that no run will commit', async () => {
    await threeRuns('busy');
    const key = { dataset: 'busy', date: day(3), runId: 'run-4' };
    await lake.drop('busy', day(3), 'a.csv', `${HEADER}c-1,T,1,,x\n`);
    await stageRun(lake, key);
    expect(names((await vacuumIn(1000, 'busy')).removed)).toEqual(['run-1']);
    expect(await commitRun(lake, key)).toMatchObject({ version: 3 });
    expect(await ids('busy', day(3))).toEqual(['c-1']);

    const dead = 'busy/ingest_date=2026-01-03/part-00000-run-dead.snappy.parquet';
    await lake.store.write(lake.containers.processed, dead, 'left by a dead run');
    expect((await vacuumIn(23, 'busy', 0)).removed).toEqual([]);
    expect(names((await vacuumIn(25, 'busy', 0)).removed)).toEqual(['run-dead']);
    expect(await parts('busy')).toEqual(['run-2', 'run-3', 'run-4']);
  });

  it('does not touch the log or hidden files', async () => {
    await threeRuns('hidden');
    await lake.store.write(lake.containers.processed, 'hidden/_change_data/x.parquet', 'x');
    const log = await lake.paths('processed', 'hidden/_delta_log/');
    await vacuumIn(1000, 'hidden', 0);
    expect(await lake.paths('processed', 'hidden/_delta_log/')).toEqual(log);
    expect(await lake.store.info(lake.containers.processed, 'hidden/_change_data/x.parquet')).toBeDefined();
  });

  it('refuses an invalid retention and an unknown table', async () => {
    expect(await errorOf(vacuumIn(0, 'dry', -1))).toMatchObject({ code: 'LAKE_RETENTION_INVALID', status: 400 });
    expect(await errorOf(vacuumIn(0, 'dry', Number.NaN))).toMatchObject({ code: 'LAKE_RETENTION_INVALID' });
    expect(await errorOf(vacuumIn(0, 'nothing'))).toMatchObject({ code: 'LAKE_TABLE_NOT_FOUND', status: 404 });
  });
});

describe('restore', () => {
  it('writes an earlier version as a new one, and later runs build on it', async () => {
    await threeRuns('back');
    const { dates, version } = await restoreTable(lake, 'back', 0);
    expect({ dates, version }).toEqual({ dates: [day(1), day(2)], version: 3 });
    expect(await ids('back', day(1))).toEqual(['a-1']);
    expect(await ids('back', day(2))).toEqual([]);
    const [newest] = await historyOf(lake, 'back', 1);
    expect(newest).toMatchObject({
      version: 3,
      operation: 'RESTORE',
      parameters: { version: '0' },
      metrics: { numRestoredFiles: '1', numRemovedFiles: '2' },
    });
    expect(await restoreTable(lake, 'back', 3)).toMatchObject({ version: 3, restoredFiles: 0, removedFiles: 0 });
    await ingestIds(lake, 'back', day(1), 'run-4', ['a-4']);
    expect(await ids('back', day(1))).toEqual(['a-4']);
    expect(await restoreTable(lake, 'back', 2)).toMatchObject({ version: 5 });
    expect(await ids('back', day(1))).toEqual(['a-2']);
    expect(await ids('back', day(2))).toEqual(['b-1']);
  });

  it('restores the columns of the version, and a later run adds the new column again', async () => {
    await threeRuns('narrow');
    const columns = `${DEFAULT_COLUMNS}\n      - {name: extra, logicalType: integer}`;
    await addContract(lake, { dataset: 'narrow', columns });
    await lake.drop('narrow', day(3), 'a.csv', 'id,title,n,day,body,extra\nc-1,T,1,,x,5\n');
    await ingest(lake, { dataset: 'narrow', date: day(3), runId: 'run-4' });
    const fields = async () => (await readSnapshot(lake, 'narrow'))?.schema.fields.map(({ name }) => name);
    expect(await fields()).toContain('extra');
    await restoreTable(lake, 'narrow', 2);
    expect(await fields()).not.toContain('extra');
    await ingest(lake, { dataset: 'narrow', date: day(3), runId: 'run-5' });
    expect(await fields()).toContain('extra');
    expect(await ids('narrow', day(3))).toEqual(['c-1']);
  });

  it('is refused if files of the version were vacuumed, or the version does not exist', async () => {
    await threeRuns('lost');
    await vacuumIn(WEEK + 1, 'lost');
    expect(await errorOf(restoreTable(lake, 'lost', 0))).toMatchObject({
      code: 'LAKE_RESTORE_FILES_GONE',
      found: '1 of 1 files missing, the first of them lost/ingest_date=2026-01-01/part-00000-run-1.snappy.parquet',
    });
    expect(await restoreTable(lake, 'lost', 1)).toMatchObject({ version: 3, removedFiles: 1 });
    expect(await errorOf(restoreTable(lake, 'lost', 9))).toMatchObject({ code: 'LAKE_VERSION_NOT_FOUND', status: 404 });
  });

  it('conflicts with a commit at the same moment, and with a run that was planned before it', async () => {
    await threeRuns('meet');
    const racing: TableStorage = {
      ...lake,
      store: {
        ...lake.store,
        async writeIfAbsent(container, file, content) {
          await writeEntry(lake, 'meet', 3, [{ commitInfo: { operation: 'OPTIMIZE' } }]);
          return lake.store.writeIfAbsent(container, file, content);
        },
      },
    };
    expect(await errorOf(restoreTable(racing, 'meet', 0))).toMatchObject({ code: 'LAKE_COMMIT_CONFLICT', status: 409 });
    expect((await readSnapshot(lake, 'meet'))?.version).toBe(3);

    const key = { dataset: 'meet', date: day(2), runId: 'run-5' };
    await lake.drop('meet', day(2), 'a.csv', `${HEADER}b-5,T,1,,x\n`);
    await stageRun(lake, key);
    await restoreTable(lake, 'meet', 0);
    expect(await errorOf(commitRun(lake, key))).toMatchObject({
      code: 'LAKE_COMMIT_CONFLICT',
      found: expect.stringMatching(/^version 4 by run restore-/) as string,
    });
  });

  it('recognises its own commit when the store writes it but reports that the entry exists', async () => {
    await threeRuns('echo');
    const store: TableStorage['store'] = {
      ...lake.store,
      async writeIfAbsent(container, file, content) {
        await lake.store.writeIfAbsent(container, file, content);
        return lake.store.writeIfAbsent(container, file, content);
      },
    };
    expect(await restoreTable({ ...lake, store }, 'echo', 0)).toMatchObject({ version: 3, restoredFiles: 1 });
    expect((await readSnapshot(lake, 'echo'))?.version).toBe(3);
  });
});

describe('npm run lake', () => {
  async function command(...args: string[]): Promise<{ code: number; out: string; problem: string }> {
    const said: string[] = [];
    const complained: string[] = [];
    const output = {
      say: (line: string) => void said.push(line),
      complain: (line: string) => void complained.push(line),
    };
    const code = await runLakeCommand(args, () => lake, output);
    return { code, out: said.join('\n'), problem: complained.join('\n') };
  }

  beforeAll(() => threeRuns('shown'));

  it('history lists what each version did, newest first', async () => {
    const { code, out } = await command('history', 'shown');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^ +2 {2}\S+Z {2}WRITE {2}1 added, 0 removed {2}2026-01-02 {2}run-3$/);
    expect(lines[1]).toMatch(/1 added, 1 removed {2}2026-01-01 {2}run-2$/);
    expect((await command('history', 'shown', '--limit', '1')).out.split('\n')).toHaveLength(1);
  });

  it('snapshot shows columns and partitions of a version', async () => {
    const { out } = await command('snapshot', 'shown');
    expect(out).toContain('version 2, 2 files, 2 dates');
    expect(out).toContain('  n long');
    expect(out).toMatch(/ {2}2026-01-01 {2}1 rows, 1 files, \d+ bytes/);
    const earlier = JSON.parse((await command('snapshot', 'shown', '--version', '0', '--json')).out) as object;
    expect(earlier).toMatchObject({ version: 0, partitions: [{ date: day(1), files: 1, rows: 1 }] });
  });

  it('vacuum deletes only with --apply', async () => {
    const dry = await command('vacuum', 'shown', '--retention-hours', '0');
    expect(dry.out).toMatch(/run-1.*\n1 files of \d+ bytes would be deleted\./);
    expect(dry.out).toContain('Add --apply');
    expect(await parts('shown')).toContain('run-1');
    expect((await command('vacuum', 'shown', '--dry-run', '--apply')).code).toBe(2);
    expect((await command('vacuum', 'shown')).out).toContain('0 files of 0 bytes would be deleted.');
    expect((await command('vacuum', 'shown', '--retention-hours', '0', '--apply')).out).toContain('deleted.');
    expect(await parts('shown')).toEqual(['run-2', 'run-3']);
  });

  it('restore prints the next steps, or why it is not possible', async () => {
    const { code, out } = await command('restore', 'shown', '--version', '1');
    expect(code).toBe(0);
    expect(out).toContain('Version 3 has the content of version 1: 0 files restored, 1 removed.');
    expect(out).toContain('SQL and vectors still have the content from before the restore, for 2026-01-02.');
    expect(out).toContain('raw/shown/<date>/');
    const gone = await command('restore', 'shown', '--version', '0');
    expect(gone).toMatchObject({ code: 1, out: '' });
    expect(gone.problem).toMatch(/^LAKE_RESTORE_FILES_GONE/);
  });

  it.each([
    { args: [] },
    { args: ['history'] },
    { args: ['drop', 'shown'] },
    { args: ['restore', 'shown'] },
    { args: ['vacuum', 'shown', '--retention-hours', 'x'] },
    { args: ['snapshot', 'shown', '--nonsense'] },
  ])('prints its usage when called with $args', async ({ args }) => {
    const { code, problem } = await command(...args);
    expect(code).toBe(2);
    expect(problem).toContain('npm run lake -- vacuum <dataset>');
  });

  it('distinguishes an unknown dataset from an invalid name', async () => {
    expect((await command('snapshot', 'nothing')).problem).toMatch(/^LAKE_TABLE_NOT_FOUND/);
    expect((await command('history', 'nothing')).problem).toMatch(/^LAKE_TABLE_NOT_FOUND/);
    expect(await command('history', '../raw')).toMatchObject({ code: 1 });
  });
});
