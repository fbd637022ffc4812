import { migrate } from '../../../lib/database/migrate';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { clearRowKeys, removeStaleDocuments } from '../../../lib/documents/removeStaleDocuments';
import { createRunStore } from '../../../lib/runs/runStore';
import { batches, documentRow } from '../../support/documents';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

const DATE = '2026-01-01';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.database.query('truncate documents, run_row_keys, runs cascade'));

const run = (runId: string, date = DATE) => ({ dataset: 'letters', date, runId });
const row = (docId: string, contentHash = 'h', ingestDate = DATE) => documentRow({ docId, contentHash, ingestDate });

/** Loads one part. */
const load = ({ runId }: { runId: string }, ...rows: ReturnType<typeof row>[]) =>
  loadDocuments(test.database, runId, batches(rows));
const remove = (key: ReturnType<typeof run>, rows: number) => removeStaleDocuments(test.database, key, rows);

const stored = async () =>
  (
    await test.database.query<{ text: string }>(
      `select doc_id || ' ' || content_hash || ' ' || ingest_date as text from documents order by 1`,
    )
  ).map(({ text }) => text);
const runsWithRowKeys = async () =>
  (await test.database.query<{ run_id: string }>('select run_id from run_row_keys order by 1')).map(
    ({ run_id: runId }) => runId,
  );

it('deletes rows that the partition no longer has, and keeps changed rows and other partitions', async () => {
  await load(run('run-0', '2025-12-31'), row('gone', 'h', '2025-12-31'));
  await load(run('run-1'), row('same'), row('changed'), row('gone'));
  await load(run('run-2'), row('same'));
  await load(run('run-2'), row('changed', 'h2'), row('new'));
  expect(await remove(run('run-2'), 3)).toBe(1);
  expect(await stored()).toEqual([
    'changed h2 2026-01-01',
    'gone h 2025-12-31',
    'new h 2026-01-01',
    'same h 2026-01-01',
  ]);
});

it('deletes a row that the lake never had', async () => {
  await load(run('run-1'), row('orphan'));
  await test.database.query('truncate run_row_keys');
  await load(run('run-2'), row('a'));
  expect(await remove(run('run-2'), 1)).toBe(1);
  expect(await stored()).toEqual(['a h 2026-01-01']);
});

it('deletes all rows of a partition without rows', async () => {
  await load(run('run-1'), row('a'), row('b'));
  expect(await remove(run('run-2'), 0)).toBe(2);
  expect(await stored()).toEqual([]);
});

it('loading parts twice and repeating the removal change nothing', async () => {
  await load(run('run-1'), row('a'), row('gone'));
  for (let time = 0; time < 2; time += 1) await load(run('run-2'), row('a'), row('b'));
  expect(await remove(run('run-2'), 2)).toBe(1);
  expect(await remove(run('run-2'), 2)).toBe(0);
  expect(await stored()).toEqual(['a h 2026-01-01', 'b h 2026-01-01']);
});

it('deletes nothing while a part is missing', async () => {
  await load(run('run-1'), row('a'), row('b'));
  await load(run('run-2'), row('a'));
  await expect(remove(run('run-2'), 2)).rejects.toMatchObject({ code: 'ROW_KEYS_INCOMPLETE', retryable: false });
  expect(await stored()).toHaveLength(2);
});

it('a removal that is repeated after the end of the run deletes nothing', async () => {
  await load(run('run-1'), row('a'));
  await remove(run('run-1'), 1);
  await clearRowKeys(test.database, run('run-1'));
  await expect(remove(run('run-1'), 1)).rejects.toMatchObject({ code: 'ROW_KEYS_INCOMPLETE' });
  expect(await stored()).toEqual(['a h 2026-01-01']);
});

it('clearing row keys also clears those of earlier, failed runs of the same partition, and no others', async () => {
  const runs = createRunStore(test.database);
  const others = [run('run-1'), run('run-2'), run('run-3', '2026-01-02')];
  for (const key of others) {
    await runs.begin(key);
    await load(key, row('a', 'h', key.date));
  }
  await clearRowKeys(test.database, run('run-2'));
  expect(await runsWithRowKeys()).toEqual(['run-3']);
});
