import { commitRun } from '../../../lib/ingest/commitRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { discardRun } from '../../../lib/staging/discardRun';
import { addContract, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const HEADER = 'id,title,n,day,body\n';
const DATE = '2026-01-31';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
  await addContract(lake);
});
afterAll(() => lake.stop());

const key = (runId: string, date = DATE) => ({ dataset: 'notes', date, runId });

describe('a run through the lake', () => {
  it('writes valid records to the table and rejects the others with their faults', async () => {
    await lake.drop(
      'notes',
      DATE,
      'a.csv',
      `${HEADER}a-1,First,7,2026-01-01,"two
lines, and a ""quote"""
a-2,,7,2026-01-01,no title
a-3,Third,7.5,2026-02-30,two faults
a-4,Fourth,,,plain
a-4,Fourth again,,,repeated key
a-5,Fifth,1
a-6,"Six"th,,,broken quote
a-7,Seventh,5000,,out of range
`,
    );
    const { plan, rows, rejected } = await stageRun(lake, key('run-1'));
    expect(plan).toMatchObject({ ranges: 1, files: 1, records: 8 });
    expect({ rows, rejected }).toEqual({ rows: 2, rejected: 6 });
    expect(await lake.paths('processed', 'notes/_delta_log/')).toEqual([]);
    expect(await lake.documents('notes', DATE)).toEqual([]);
    expect((await evaluateRun(lake, key('run-1'))).passed).toBe(true);
    expect(await commitRun(lake, key('run-1'))).toMatchObject({ version: 0, rows: 2, rejected: 6, parts: 1 });
    expect(await lake.documents('notes', DATE)).toEqual([
      {
        dataset: 'notes',
        ingestDate: DATE,
        docId: 'a-1',
        contentHash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        title: 'First',
        author: null,
        publishedAt: '2026-01-01',
        category: null,
        allowedGroups: null,
        accessColumn: null,
        sourceFile: `notes/${DATE}/a.csv`,
        recordNumber: 1,
        text: 'two\nlines, and a "quote"',
      },
      expect.objectContaining({ docId: 'a-4', recordNumber: 4, publishedAt: null, title: 'Fourth' }),
    ]);
    const file = `notes/${DATE}/a.csv`;
    expect(await lake.quarantine(key('run-1'))).toEqual([
      expect.objectContaining({ file, record: 2, line: 4, column: 'title', code: 'ROW_VALUE_REQUIRED', found: null }),
      expect.objectContaining({
        record: 3,
        line: 5,
        column: 'n',
        code: 'ROW_VALUE_TYPE',
        found: '7.5',
        raw: 'a-3,Third,7.5,2026-02-30,two faults',
        more: [expect.objectContaining({ column: 'day', code: 'ROW_VALUE_TYPE', found: '2026-02-30' })],
      }),
      expect.objectContaining({ record: 5, line: 7, column: 'id', code: 'ROW_DUPLICATE_KEY', found: 'a-4' }),
      expect.objectContaining({ record: 6, line: 8, column: null, code: 'ROW_COLUMN_COUNT', found: '3 fields' }),
      expect.objectContaining({ record: 7, line: 9, column: null, code: 'ROW_QUOTE_BROKEN' }),
      expect.objectContaining({ record: 8, line: 10, column: 'n', code: 'ROW_VALUE_RANGE', found: '5000' }),
    ]);
    expect(await lake.leftovers()).toEqual([]);
  });

  it('replaces the partition when the date is run again, and does not change other dates', async () => {
    const first = `${HEADER}b-1,One,,,x\nb-2,Two,,,y\n`;
    await lake.drop('notes', '2026-02-01', 'b.csv', first);
    await lake.drop('notes', '2026-02-02', 'b.csv', first);
    await ingest(lake, key('run-2a', '2026-02-01'));
    await ingest(lake, key('run-2b', '2026-02-02'));
    await lake.drop('notes', '2026-02-01', 'b.csv', `${HEADER}b-2,Two,,,changed\nb-3,Three,,,new\n`);
    await ingest(lake, key('run-2c', '2026-02-01'));
    const ids = async (date: string) => (await lake.documents('notes', date)).map(({ docId }) => docId);
    expect(await ids('2026-02-01')).toEqual(['b-2', 'b-3']);
    expect(await ids('2026-02-02')).toEqual(['b-1', 'b-2']);
    const hashOf = async (date: string) =>
      (await lake.documents('notes', date)).find(({ docId }) => docId === 'b-2')?.contentHash;
    expect(await hashOf('2026-02-01')).not.toBe(await hashOf('2026-02-02'));
  });

  it('leaves nothing in processed data when it is discarded', async () => {
    await lake.drop('notes', '2026-02-03', 'c.csv', `${HEADER}c-1,One,,,x\nc-2,,,,y\n`);
    await stageRun(lake, key('run-3', '2026-02-03'));
    expect(await lake.paths('processed', 'notes/ingest_date=2026-02-03/')).toHaveLength(1);
    await discardRun(lake, key('run-3', '2026-02-03'));
    expect(await lake.paths('processed', 'notes/ingest_date=2026-02-03/')).toEqual([]);
    expect(await lake.paths('staging', 'notes/run-3/')).toEqual([]);
    expect(await lake.quarantine(key('run-3', '2026-02-03'))).toHaveLength(1);
  });

  it('keeps the files of a commit when the run is discarded, and repeats its result', async () => {
    await lake.drop('notes', '2026-02-04', 'd.csv', `${HEADER}d-1,One,,,x\nd-2,,,,y\n`);
    const committed = await ingest(lake, key('run-4', '2026-02-04'));
    await discardRun(lake, key('run-4', '2026-02-04'));
    expect(await lake.paths('staging', 'notes/run-4/')).toEqual([]);
    expect((await lake.documents('notes', '2026-02-04')).map(({ docId }) => docId)).toEqual(['d-1']);
    expect(await commitRun(lake, key('run-4', '2026-02-04'))).toEqual(committed);
  });

  it('writes the codec that is set', async () => {
    const date = '2026-02-05';
    await lake.drop('notes', date, 'e.csv', `${HEADER}e-1,One,,,x\n`);
    await ingest({ ...lake, parquetCodec: 'zstd' }, key('run-5', date));
    const [part] = await lake.paths('processed', `notes/ingest_date=${date}/`);
    expect(part).toMatch(/part-00000-run-5\.zstd\.parquet$/);
    expect((await lake.documents('notes', date)).map(({ docId }) => docId)).toEqual(['e-1']);
    await discardRun(lake, key('run-5', date));
    expect(await lake.paths('processed', `notes/ingest_date=${date}/`)).toEqual([part]);
  });
});
