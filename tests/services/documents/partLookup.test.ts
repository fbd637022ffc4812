import { createLakeReader } from '../../../lib/documents/lakeReader';
import { createPartLookup } from '../../../lib/documents/partLookup';
import type { RunKey } from '../../../lib/runs/runKey';
import { contractOfRun } from '../../../lib/staging/runContract';
import { addContract, errorOf, ingest, startLake, type TestLake } from '../../support/lake';

const DATE = '2026-01-01';
const HEADER = 'id,title,n,day,body\n';
const key = (runId: string) => ({ dataset: 'notes', date: DATE, runId });
const roles = async (run: RunKey) => (await contractOfRun(lake, run)).roles;

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake({ rangeLengthInBytes: 20 });
  await addContract(lake);
});
afterAll(() => lake.stop());

/** A lookup on the real table that counts how often the table is asked. */
function countingLookup() {
  const reader = createLakeReader(lake);
  const asked: string[] = [];
  const parts = (dataset: string, date: string) => {
    asked.push(dataset);
    return reader.parts(dataset, date);
  };
  return { asked, find: createPartLookup({ parts }, roles) };
}

describe('looking up the parts that a run has committed', () => {
  it('reads the table once for all parts of a run, and again for the next run', async () => {
    await lake.drop('notes', DATE, 'a.csv', `${HEADER}a-1,T,1,,some text here\na-2,T,1,,some text here\n`);
    await ingest(lake, key('run-1'));
    const { asked, find } = countingLookup();
    const [first, second] = await Promise.all([find(key('run-1'), 0), find(key('run-1'), 1)]);
    expect([first.rows, second.rows]).toEqual([1, 1]);
    expect([first.path, second.path].every((path) => path.includes('run-1'))).toBe(true);
    expect(asked).toHaveLength(1);
    expect(await errorOf(find(key('run-1'), 2))).toMatchObject({
      code: 'LAKE_PART_NOT_FOUND',
      retryable: true,
      found: '2 parts of the run',
    });

    await ingest(lake, key('run-2'));
    expect((await find(key('run-2'), 0)).path).toContain('run-2');
    expect(asked).toHaveLength(2);
  });

  it('does not take the parts of an earlier run from a list that is older than the commit, and reads the table again', async () => {
    const reader = createLakeReader(lake);
    const old = await reader.parts('notes', DATE);
    await ingest(lake, key('run-3'));
    let isOld = true;
    const find = createPartLookup({ parts: async (...of) => (isOld ? old : reader.parts(...of)) }, roles);
    expect(await errorOf(find(key('run-3'), 0))).toMatchObject({ code: 'LAKE_PART_NOT_FOUND', retryable: true });
    isOld = false;
    expect((await find(key('run-3'), 0)).path).toContain('run-3');
  });

  it('reads the table again after a failed read', async () => {
    const reader = createLakeReader(lake);
    let failures = 1;
    const parts = (dataset: string, date: string) =>
      failures-- > 0 ? Promise.reject(new Error('lost')) : reader.parts(dataset, date);
    const find = createPartLookup({ parts }, roles);
    expect(await errorOf(find(key('run-3'), 0))).toMatchObject({ message: 'lost' });
    expect((await find(key('run-3'), 0)).path).toContain('run-3');
  });
});
