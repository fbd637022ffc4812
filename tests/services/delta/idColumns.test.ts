import { readSnapshot } from '../../../lib/delta/deltaLog';
import { restoreTable } from '../../../lib/delta/restore';
import { idColumnsOfTable } from '../../../lib/delta/tableRoles';
import { requireFittingTable, requireSameId } from '../../../lib/delta/tableSchema';
import type { TableSnapshot } from '../../../lib/delta/tableSnapshot';
import { commitRun } from '../../../lib/ingest/commitRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { addContract, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const [FIRST, SECOND] = ['2026-01-01', '2026-01-02'] as const;
const KEYED = ', primaryKey: true, customProperties: [{property: role, value: id}]';

/** Columns of a contract in which `a`, `b`, both in an order, or none of them is the key. */
const columnsOf = (key: 'a' | 'b' | 'ab' | 'ba' | 'hash') => {
  const column = (name: 'a' | 'b') => {
    if (key === name) return KEYED;
    return key.length === 2 ? `, primaryKey: true, primaryKeyPosition: ${key.indexOf(name) + 1}` : '';
  };
  return `
      - {name: a, logicalType: string${column('a')}}
      - {name: b, logicalType: string${column('b')}}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;
};

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

let datasets = 0;
function newDataset() {
  const dataset = `ids-${(datasets += 1)}`;
  let runs = 0;
  return {
    dataset,
    key: (date: string) => ({ dataset, date, runId: `run-${(runs += 1)}` }),
    contract: (key: Parameters<typeof columnsOf>[0]) =>
      addContract(lake, { dataset, columns: columnsOf(key), custom: key === 'hash' ? { key: 'rowHash' } : {} }),
    drop: (date: string) => lake.drop(dataset, date, 'a.csv', 'a,b,title,body\nx,y,T,Text\n'),
    ids: async (date: string) => (await lake.documents(dataset, date)).map(({ docId }) => docId),
    stored: async () => idColumnsOfTable((await readSnapshot(lake, dataset))?.metaData.configuration ?? {}),
  };
}

it.each([
  ['ab', 'ba', 'ids of the columns b, a in this order in the contract', 'ids of the columns a, b in this order'],
  ['ab', 'hash', 'ids of a hash of the row in the contract', 'ids of the columns a, b in this order'],
  ['hash', 'ab', 'ids of the columns a, b in this order in the contract', 'ids of a hash of the row'],
  ['a', 'b', 'ids of the column b in the contract', 'ids of the column a'],
  ['a', 'ab', 'ids of the columns a, b in this order in the contract', 'ids of the column a'],
  ['ab', 'a', 'ids of the column a in the contract', 'ids of the columns a, b in this order'],
] as const)('a key that changes from %s to %s is refused for another date', async (before, after, found, expected) => {
  const { dataset, key, contract, drop } = newDataset();
  await contract(before);
  await Promise.all([drop(FIRST), drop(SECOND)]);
  await ingest(lake, key(FIRST));
  await contract(after);
  const run = key(SECOND);
  expect(await errorOf(ingest(lake, run))).toMatchObject({
    code: 'LAKE_SCHEMA_INCOMPATIBLE',
    status: 422,
    found,
    expected: `${expected}, as in the table (e.g. its date ${FIRST})`,
    remedy: expect.stringContaining('start a new dataset') as string,
  });
  expect(await lake.paths('staging', `${dataset}/${run.runId}/`)).toEqual([]);
  // The same key goes on.
  await contract(before);
  await ingest(lake, key(SECOND));
});

it('the only date of a table may change its key when it runs again', async () => {
  const { dataset, key, contract, drop, ids, stored } = newDataset();
  await contract('ab');
  await Promise.all([drop(FIRST), drop(SECOND)]);
  await ingest(lake, key(FIRST));
  expect([await ids(FIRST), await stored()]).toEqual([['x|y'], ['a', 'b']]);
  await contract('ba');
  await ingest(lake, key(FIRST));
  expect([await ids(FIRST), await stored()]).toEqual([['y|x'], ['b', 'a']]);
  await ingest(lake, key(SECOND));
  await contract('ab');
  expect((await errorOf(ingest(lake, key(FIRST)))).expected).toContain(SECOND);

  await restoreTable(lake, dataset, 0);
  expect(await stored()).toEqual(['a', 'b']);
});

it('a key that changes is refused at the commit too, when another date came first', async () => {
  const { key, contract, drop, ids } = newDataset();
  await contract('ab');
  await Promise.all([drop(FIRST), drop(SECOND)]);
  await ingest(lake, key(FIRST));
  await contract('ba');
  const late = key(FIRST);
  await stageRun(lake, late);
  await evaluateRun(lake, late);
  await contract('ab');
  await ingest(lake, key(SECOND));
  expect(await errorOf(commitRun(lake, late))).toMatchObject({ code: 'LAKE_SCHEMA_INCOMPATIBLE' });
  expect(await ids(FIRST)).toEqual(['x|y']);
});

it('an earlier contract with another key is refused too', async () => {
  const { dataset, key, contract, drop } = newDataset();
  await contract('a');
  await drop(FIRST);
  await ingest(lake, key(FIRST));
  const snapshot = (await readSnapshot(lake, dataset)) as TableSnapshot;
  await contract('b');
  const current = await lake.contracts.get(dataset);
  const earlier = { ...current, origin: { hash: '', text: '', isEarlier: true as const } };
  expect(() => requireFittingTable(snapshot, earlier, SECOND)).toThrow('ids of documents in another way');
  expect(() => requireFittingTable(snapshot, earlier, FIRST)).not.toThrow();
});

it('an older table is checked by its role id, and not at all where its key is derived', () => {
  const table = (configuration: Record<string, string>) => ({
    files: new Map([['p', { path: 'p', size: 1, partitionValues: { ingest_date: FIRST } }]]),
    metaData: { configuration },
  });
  const check = (configuration: Record<string, string>) => () =>
    requireSameId(table(configuration) as unknown as TableSnapshot, ['b'], { dataset: 'old', date: SECOND });
  expect(check({ 'pipelinex.roles': '{"id":"a"}' })).toThrow('ids of documents in another way');
  expect(check({ 'pipelinex.roles': '{"id":"derived_id"}' })).not.toThrow();
  expect(check({})).not.toThrow();
});
