import { addContract, ingest, startLake, type TestLake } from '../../support/lake';

/** Names of columns and tables inside the statements of the transform and of the quality gate. */
const NAMES = [
  'value',
  'kept',
  'part',
  'record',
  'last',
  'filename',
  'sound',
  'repeated',
  'keys',
  'rejected',
  'copies',
  'value_0',
  'position',
  'ordinal',
  'failed',
];
const DATE = '2026-01-01';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

/** A record with values in four columns, and nothing in the others. */
function record(columns: string[], values: string[]): string {
  return `${NAMES.map((name) => values[columns.indexOf(name)] ?? '').join(',')}\n`;
}

describe('a column may have any name that the statements use', () => {
  it.each(NAMES.map((name, index) => [name, index] as const))(
    '%s as key, order, value or text',
    async (name, index) => {
      const chosen = [0, 1, 2, 3].map((offset) => NAMES[(index + offset) % NAMES.length] ?? '');
      const options = [
        'primaryKey: true, customProperties: [{property: role, value: id}]',
        'unique: true, customProperties: [{property: role, value: title}]',
        'quality: [{metric: duplicateValues, mustBe: 1}]',
        'customProperties: [{property: role, value: text}]',
      ];
      const columns = NAMES.map((column) => {
        const own = options[chosen.indexOf(column)];
        return `      - {name: ${column}, logicalType: string${own === undefined ? '' : `, ${own}`}}`;
      });
      const key = { dataset: `named-${name.replace('_', '-')}`, date: DATE, runId: 'run-1' };
      const custom = { repeatedKeys: { keepLastBy: chosen[1] } };
      await addContract(lake, { dataset: key.dataset, columns: columns.join('\n'), custom });
      const file = (...records: string[][]) =>
        [`${NAMES.join(',')}\n`, ...records.map((values) => record(chosen, values))].join('');
      await lake.drop(
        key.dataset,
        DATE,
        '0.csv',
        file(['k1', 'u1', 'd', 'old'], ['k2', 'u2', 'd', 'old'], ['k1', 'u3', 'd', 'new'], ['k4', 'u2', 'd', 'twice']),
      );
      await lake.drop(key.dataset, DATE, '1.csv', file(['k2', 'u5', 'd', 'new'], ['k3', 'u6', 'e', 'only']));

      await ingest(lake, key);

      const documents = await lake.documents(key.dataset, DATE);
      expect(documents.map(({ docId, title, text }) => [docId, title, text]).sort()).toEqual([
        ['k1', 'u3', 'new'],
        ['k2', 'u5', 'new'],
        ['k3', 'u6', 'only'],
      ]);
      expect((await lake.quarantine(key)).map(({ code }) => code).sort()).toEqual([
        'ROW_DUPLICATE_DROPPED',
        'ROW_DUPLICATE_DROPPED',
        'ROW_DUPLICATE_VALUE',
      ]);
    },
  );
});
