import { gzipSync } from 'node:zlib';
import { migrate } from '../../../lib/database/migrate';
import { createGateStore } from '../../../lib/quality/gateStore';
import { createCancellationStore } from '../../../lib/runs/cancellationStore';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { showRun } from '../../../lib/ingest/showRun';
import { runDetail } from '../../../lib/api/runs';
import { beginPlan } from '../../../lib/planning/planRun';
import type { IgnoredFiles } from '../../../lib/runs/ignoredFiles';
import { createRunStore } from '../../../lib/runs/runStore';
import { addContract, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, type TestDatabase } from '../../support/servers';
import { unrecordedUsage } from '../../support/usage';

const HEADER = 'id,title,n,day,body\n';
const DATE = '2026-01-01';

let lake: TestLake;
let test: TestDatabase;
beforeAll(async () => {
  [lake, test] = await Promise.all([startLake(), createTestDatabase()]);
  await migrate(test.database);
});
afterAll(async () => {
  await Promise.all([lake.stop(), test.drop()]);
});

/** Drops the files, each with one record, and plans a run. */
async function plan(dataset: string, names: string[], custom: Record<string, unknown> = {}) {
  await addContract(lake, { dataset, custom });
  const key = { dataset, date: DATE, runId: `run-of-${dataset}` };
  for (const [index, name] of names.entries()) {
    const csv = `${HEADER}a-${index},T,1,,x\n`;
    await lake.drop(dataset, DATE, name, /\.gz$/i.test(name) ? gzipSync(csv) : csv);
  }
  let ignored: IgnoredFiles | undefined;
  const progress = await beginPlan(lake, key, async (found) => {
    ignored = found;
  });
  const reasons = Object.fromEntries(ignored?.files.map(({ name, reason }) => [name, reason]) ?? []);
  return { key, progress, ignored, reasons };
}

describe('files of a date', () => {
  it('are used, or ignored with a reason', async () => {
    const names = ['EXPORT.CSV', 'good.csv', 'notes.txt', 'part2.csv.gz', 'sub/part.csv', 'sub/deep/x.csv'];
    const { progress, ignored, reasons } = await plan('kinds', names);
    expect(progress).toMatchObject({ next: 'transform', files: 2, records: 2 });
    expect(ignored?.count).toBe(4);
    expect(reasons).toEqual({
      'EXPORT.CSV': 'case',
      'notes.txt': 'name',
      'sub/deep/x.csv': 'folder',
      'sub/part.csv': 'folder',
    });
  });

  it('may match one of several patterns, in any case when the contract says so', async () => {
    const custom = { glob: ['export*.csv', 'sub/*.csv'], globIgnoresCase: true };
    const { progress, reasons } = await plan(
      'several',
      ['EXPORT.CSV', 'Export-2.Csv.GZ', 'other.csv', 'SUB/a.csv'],
      custom,
    );
    expect(progress).toMatchObject({ files: 3, records: 3 });
    expect(reasons).toEqual({ 'other.csv': 'name' });
  });

  it('are ignored as compressed where the contract says that no file is', async () => {
    const { reasons } = await plan('plain', ['a.csv', 'b.csv.gz'], { compression: 'none' });
    expect(reasons).toEqual({ 'b.csv.gz': 'compression' });
  });

  it('are counted, and the first of many are listed', async () => {
    const names = Array.from({ length: 30 }, (_unused, index) => `note-${String(index).padStart(2, '0')}.txt`);
    const { ignored } = await plan('many', ['a.csv', ...names]);
    expect(ignored?.count).toBe(30);
    expect(ignored?.files.map(({ name }) => name)).toEqual(names.slice(0, 20));
  });

  it('are reported when none of them can be used, with what to do', async () => {
    const dataset = 'none';
    await addContract(lake, { dataset });
    await lake.drop(dataset, DATE, 'EXPORT.CSV', HEADER);
    let ignored: IgnoredFiles | undefined;
    const work = beginPlan(lake, { dataset, date: DATE, runId: 'r' }, async (found) => {
      ignored = found;
    });
    const error = await errorOf(work);
    expect(error).toMatchObject({ code: 'RAW_NO_MATCHING_FILE', found: 'EXPORT.CSV', expected: '*.csv' });
    expect(error['remedy']).toContain('globIgnoresCase');
    expect(ignored?.files).toEqual([{ name: 'EXPORT.CSV', size: HEADER.length, reason: 'case' }]);
  });
});

describe('the gate', () => {
  it.each([
    ['warns of ignored files', 'warned', {}, true],
    ['is closed by ignored files when the contract forbids them', 'forbidden', { ignoredFiles: 'error' }, false],
  ])('%s', async (_title, dataset, custom, passed) => {
    const { key } = await plan(dataset, ['a.csv', 'notes.txt'], custom);
    await stageRun(lake, key);
    const verdict = await evaluateRun(lake, key);
    expect(verdict.passed).toBe(passed);
    expect(verdict.rules.filter((rule) => !rule.passed)).toEqual([
      {
        rule: 'every file of the date is used',
        severity: passed ? 'warning' : 'error',
        expected: '0 ignored files',
        observed: '1, e.g. notes.txt (name)',
        passed: false,
      },
    ]);
  });
});

describe('the record of a run', () => {
  it('shows the ignored files over the API', async () => {
    const runs = createRunStore(test.database);
    const gates = createGateStore(test.database);
    const cancellations = createCancellationStore(test.database);
    const key = { dataset: 'letters', date: DATE, runId: 'first' };
    const ignored: IgnoredFiles = { count: 3, files: [{ name: 'notes.txt', size: 4, reason: 'name' }] };
    await runs.begin(key);
    const show = () =>
      showRun(
        { runs, gates, cancellations, ...unrecordedUsage() },
        { state: () => Promise.resolve(undefined) } as never,
        `ingest-letters-${DATE}`,
      );
    expect((await show()).ignored).toBeNull();
    await runs.ignored(key.runId, ignored);
    expect(runDetail.parse(await show()).ignored).toEqual(ignored);
  });
});
