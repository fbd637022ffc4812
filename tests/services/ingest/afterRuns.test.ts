import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform, type FaultyPlatform } from '../../support/faults/faultyPlatform';
import { writeContract } from '../../support/faults/partition';
import { runIngest } from '../../support/faults/runIngest';

let platform: FaultyPlatform;
beforeAll(async () => {
  platform = await startFaultyPlatform(createFaultPlan(0));
});
afterAll(() => platform?.stop());

it('an older date that is run again says how many of its documents a newer date has', async () => {
  const dataset = 'superseded';
  await writeContract(platform.lake, dataset, { version: 1, maximum: 1000, maxRejectShare: 1 });
  const text = (ids: string[]) => `id,title,n,day,body\n${ids.map((id) => `${id},T,1,,Text of ${id}\n`).join('')}`;
  const [older, newer] = ['2026-01-01', '2026-01-02'];
  await platform.lake.drop(dataset, older, 'a.csv', text(['a', 'b', 'c']));
  await platform.lake.drop(dataset, newer, 'a.csv', text(['b', 'c', 'd']));
  const rowsOf = async (date: string) =>
    ((await runIngest(platform.direct, { dataset, date })) as { rows: object }).rows;
  expect(await rowsOf(older)).toEqual({ source: 3, lake: 3, sql: 3, vectors: 3 });
  expect(await rowsOf(newer)).toEqual({ source: 3, lake: 3, sql: 3, vectors: 3 });
  expect(await rowsOf(older)).toEqual({ source: 3, lake: 3, sql: 3, vectors: 1, superseded: 2 });
});

it('after a load PostgreSQL knows how many documents there are', async () => {
  const [{ counted = -1, documents = 0 } = {}] = await platform.direct.database.query<{
    counted: number;
    documents: number;
  }>(
    `select (select reltuples::int from pg_class where relname = 'documents') as counted,
            (select count(*)::int from documents) as documents`,
  );
  expect(documents).toBe(6);
  expect(counted).toBe(documents);
});
