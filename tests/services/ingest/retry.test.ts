import { PipelineError } from '../../../lib/problems/problem';
import { commitRun } from '../../../lib/ingest/commitRun';
import { readLog } from '../../../lib/delta/deltaLog';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import type { RunKey } from '../../../lib/runs/runKey';
import { discardRun } from '../../../lib/staging/discardRun';
import { planRun } from '../../../lib/planning/planRun';
import { transformRange } from '../../../lib/transform/transformRange';
import { addContract, startLake, type TestLake } from '../../support/lake';

const DATE = '2026-01-31';
const CSV = `id,title,n,day,body
a-1,One,1,,"two
lines"
a-2,,2,,no title
a-3,Three,3,,z
a-4,Four,4,,w
`;

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

/** A store whose operation number `failing` fails, before or after it is carried out. */
function failingStore(
  store: ObjectStore,
  failing: number,
  carriedOut: boolean,
): { store: ObjectStore; operations(): number } {
  let count = 0;
  const fail = () => new PipelineError('LAKE_STORAGE_UNAVAILABLE', 'The test broke the connection.');
  const wrap = <Arguments extends unknown[], Result>(work: (...input: Arguments) => Promise<Result>) => {
    return async (...input: Arguments): Promise<Result> => {
      count += 1;
      const fails = count === failing;
      if (fails && !carriedOut) throw fail();
      const result = await work(...input);
      if (fails) throw fail();
      return result;
    };
  };
  return {
    operations: () => count,
    store: {
      ensureContainer: wrap((...input: Parameters<ObjectStore['ensureContainer']>) => store.ensureContainer(...input)),
      async *list(container, prefix) {
        count += 1;
        if (count === failing) throw fail();
        yield* store.list(container, prefix);
      },
      read: wrap((...input: Parameters<ObjectStore['read']>) => store.read(...input)),
      async *stream(container, path, range) {
        count += 1;
        const fails = count === failing;
        if (fails && !carriedOut) throw fail();
        yield* store.stream(container, path, range);
        if (fails) throw fail();
      },
      info: wrap((...input: Parameters<ObjectStore['info']>) => store.info(...input)),
      download: wrap((...input: Parameters<ObjectStore['download']>) => store.download(...input)),
      write: wrap((...input: Parameters<ObjectStore['write']>) => store.write(...input)),
      writeIfAbsent: wrap((...input: Parameters<ObjectStore['writeIfAbsent']>) => store.writeIfAbsent(...input)),
      writeStream: wrap((...input: Parameters<ObjectStore['writeStream']>) => store.writeStream(...input)),
      upload: wrap((...input: Parameters<ObjectStore['upload']>) => store.upload(...input)),
      remove: wrap((...input: Parameters<ObjectStore['remove']>) => store.remove(...input)),
    },
  };
}

/** Repeats work that fails with a retryable problem, as an orchestrator does. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipelineError && error.retryable) return work();
    throw error;
  }
}

async function run(store: ObjectStore, key: RunKey, rangeLengthInBytes: number) {
  const broken = { ...lake, store, rangeLengthInBytes };
  const plan = await retried(() => planRun(broken, key));
  let rows = 0;
  for (let part = 0; part < plan.ranges; part += 1) {
    rows += (await retried(() => transformRange(broken, key, part))).rows;
  }
  const verdict = await retried(() => evaluateRun(broken, key));
  const commit = await retried(() => commitRun(broken, key));
  await retried(() => discardRun(broken, key));
  return { plan, rows, verdict, commit };
}

async function expectRun(failing: number, carriedOut: boolean, ranges: 1 | 2): Promise<number> {
  const dataset = `notes-${ranges}-${failing}-${carriedOut ? 'after' : 'before'}`;
  const key = { dataset, date: DATE, runId: 'run-1' };
  await addContract(lake, { dataset });
  await lake.drop(dataset, DATE, 'a.csv', CSV);
  const failingLake = failingStore(lake.store, failing, carriedOut);
  const { plan, rows, verdict, commit } = await run(failingLake.store, key, ranges === 1 ? 1000 : 40);
  expect(plan.ranges).toBe(ranges);
  expect({ rows, passed: verdict.passed }).toEqual({ rows: 3, passed: true });
  expect(commit).toMatchObject({ version: 0, rows: 3, rejected: 1, parts: ranges });
  expect((await lake.documents(dataset, DATE)).map(({ docId, recordNumber }) => [docId, recordNumber])).toEqual([
    ['a-1', 1],
    ['a-3', 3],
    ['a-4', 4],
  ]);
  expect(await lake.quarantine(key)).toEqual([expect.objectContaining({ record: 2, line: 4, byteOffset: 43 })]);
  expect((await readLog(lake.store, lake.containers.processed, dataset)).length).toBe(1);
  expect(await lake.paths('processed', `${dataset}/ingest_date=`)).toHaveLength(ranges);
  expect(await lake.paths('staging', `${dataset}/`)).toEqual([]);
  expect(await lake.leftovers()).toEqual([]);
  return failingLake.operations();
}

describe('a step that is repeated', () => {
  it('changes nothing, whichever operation of the store failed', async () => {
    const operations = await expectRun(0, false, 1);
    expect(operations).toBeGreaterThan(20);
    for (let failing = 1; failing <= operations; failing += 1) await expectRun(failing, failing % 2 === 0, 1);
  }, 180_000);

  it('changes nothing in a run of several ranges either', async () => {
    const operations = await expectRun(0, false, 2);
    expect(operations).toBeGreaterThan(30);
    for (let failing = 5; failing <= operations; failing += 7) await expectRun(failing, failing % 2 === 0, 2);
  }, 180_000);
});
