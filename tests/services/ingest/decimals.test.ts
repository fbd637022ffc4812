import path from 'node:path';
import { readLog, readSnapshot } from '../../../lib/delta/deltaLog';
import { readContract } from '../../../lib/contract/reading/readContract';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import type { FaultList } from '../../../lib/problems/problem';
import { addContract, contractText, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const KEY = { dataset: 'bills', date: '2026-01-31', runId: 'run-1' };
const columns = (amount: string, more = '') => `
      - {name: id, logicalType: integer, physicalType: 'decimal(38,0)', primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]}
      - {name: amount, logicalType: number, physicalType: '${amount}'${more}}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const LARGEST = '9'.repeat(38);

test('decimals keep every digit in Parquet, log, documents and rules; digits that do not fit are rejected', async () => {
  const quality =
    'quality: [{metric: invalidValues, arguments: {validValues: [1.10, 1.239, 1.24]}, mustBe: 0, severity: warning}]';
  await addContract(lake, {
    dataset: KEY.dataset,
    columns: columns('DECIMAL(12, 2)', `, logicalTypeOptions: {maximum: 9999999999}, ${quality}`),
  });
  const rows = [
    ['9007199254740993', '1.10'],
    [`-${LARGEST}`, '-0.01'],
    [LARGEST, '9999999999'],
    ['12', '2.5000'],
    ['13', ''],
  ];
  const bad = [
    ['21', '1.239'],
    ['22', '12345678901'],
    ['23', '1e3'],
    [`1${LARGEST}`, '1'],
    ['24.0', '1'],
    ['25', '9999999999.01'],
  ];
  const text = [...rows, ...bad].map(([id, amount]) => `${id},t,${amount},b`).join('\n');
  await lake.drop(KEY.dataset, KEY.date, 'a.csv', `id,title,amount,body\n${text}\n`);
  expect(await ingest(lake, KEY)).toMatchObject({ rows: rows.length, rejected: bad.length });
  expect((await lake.quarantine(KEY)).map(({ column, code, found }) => [column, code, found])).toEqual([
    ['amount', 'ROW_VALUE_TYPE', '1.239'],
    ['amount', 'ROW_VALUE_TYPE', '12345678901'],
    ['amount', 'ROW_VALUE_TYPE', '1e3'],
    ['id', 'ROW_VALUE_TYPE', `1${LARGEST}`],
    ['id', 'ROW_VALUE_TYPE', '24.0'],
    ['amount', 'ROW_VALUE_RANGE', '9999999999.01'],
  ]);
  const documents = await lake.documents(KEY.dataset, KEY.date);
  expect(documents.map(({ docId }) => docId)).toEqual(rows.map(([id]) => id));

  const snapshot = await readSnapshot(lake, KEY.dataset);
  expect(snapshot?.schema.fields.slice(0, 3).map(({ type }) => type)).toEqual([
    'decimal(38,0)',
    'string',
    'decimal(12,2)',
  ]);
  const [file = ''] = (await lake.paths('processed', `${KEY.dataset}/ingest_date=`)).filter((name) =>
    name.endsWith('.parquet'),
  );
  const local = path.join(lake.contractsFolder, 'part.parquet');
  await lake.store.download(lake.containers.processed, file, local);
  await lake.engines.use(path.join(lake.contractsFolder, 'spill'), async (duckDb) => {
    expect(await duckDb.rows(`SELECT amount::VARCHAR, typeof(amount) FROM read_parquet('${local}')`)).toEqual([
      ['1.10', 'DECIMAL(12,2)'],
      ['-0.01', 'DECIMAL(12,2)'],
      ['9999999999.00', 'DECIMAL(12,2)'],
      ['2.50', 'DECIMAL(12,2)'],
      [null, 'DECIMAL(12,2)'],
    ]);
  });
  // A number in the log would lose digits of the ids, and statistics are for all columns or none.
  const [entry] = await readLog(lake.store, lake.containers.processed, KEY.dataset);
  const add = entry?.actions.find((action) => 'add' in action);
  expect(JSON.parse((add && 'add' in add ? add.add.stats : undefined) ?? '{}')).toEqual({ numRecords: rows.length });
  // 1.239 is no value of the column: it does not stand for 1.24.
  const verdict = await evaluateRun(lake, KEY);
  expect(verdict.rules.find(({ rule }) => rule.startsWith('amount'))?.observed).toContain('3 rows');
});

test('statistics have decimals that a JSON number holds exactly', async () => {
  const key = { ...KEY, dataset: 'small-bills' };
  await addContract(lake, { dataset: key.dataset, columns: columns('numeric(12,2)') });
  await lake.drop(key.dataset, key.date, 'a.csv', 'id,title,amount,body\n1,a,1.10,b\n2,b,-20.05,c\n');
  await ingest(lake, key);
  const [entry] = await readLog(lake.store, lake.containers.processed, key.dataset);
  const add = entry?.actions.find((action) => 'add' in action);
  expect(JSON.parse((add && 'add' in add ? add.add.stats : undefined) ?? '{}')).toMatchObject({
    minValues: { id: 1, amount: -20.05 },
    maxValues: { id: 2, amount: 1.1 },
  });
});

test('a column may not change between double and decimal', async () => {
  const key = { ...KEY, dataset: 'changed-bills' };
  await lake.drop(key.dataset, key.date, 'a.csv', 'id,title,amount,body\n1,a,1.10,b\n');
  await addContract(lake, { dataset: key.dataset, columns: columns('double') });
  await ingest(lake, key);
  await addContract(lake, { dataset: key.dataset, columns: columns('decimal(12,2)') });
  await expect(stageRun(lake, { ...key, runId: 'run-2' })).rejects.toMatchObject({
    code: 'LAKE_SCHEMA_INCOMPATIBLE',
    where: { column: 'amount' },
  });
});

test.each([
  ['decimal(39,2)', ''],
  ['decimal(0)', ''],
  ['decimal(2,3)', ''],
  ['decimal(12,2)', ', logicalTypeOptions: {format: f32}'],
])('a contract with %s%s is refused', (physicalType, more) => {
  expect(() => readContract(contractText({ columns: columns(physicalType, more) }), 'notes.yaml')).toThrow(
    expect.objectContaining({
      code: 'CONTRACT_INVALID',
      faults: [
        expect.objectContaining({
          where: expect.objectContaining({ field: 'schema[0].properties[2].physicalType' }) as object,
          found: physicalType,
        }) as object,
      ],
    }) as FaultList,
  );
});
