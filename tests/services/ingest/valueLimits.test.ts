import { migrate } from '../../../lib/database/migrate';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { batches } from '../../support/documents';
import { addContract, ingest, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let lake: TestLake;
let test: TestDatabase;
beforeAll(async () => {
  lake = await startLake();
  test = await createTestDatabase();
  await migrate(test.database);
});
afterAll(async () => {
  await lake.stop();
  await test.drop();
});

const column = (name: string, type: string, role: string) =>
  `      - {name: ${name}, ${type}, customProperties: [{property: role, value: ${role}}]}`;
const columns = (date: string) =>
  [
    '',
    column('id', 'logicalType: number, physicalType: "decimal(38,10)", primaryKey: true', 'id'),
    column('title', 'logicalType: number', 'title'),
    column('body', 'logicalType: string', 'text'),
    column('written', date, 'date'),
    column('author', 'logicalType: integer', 'author'),
  ].join('\n');

const DIGITS = '9999999999999999999999999999';
const IDS = [`${DIGITS}.9999999999`, `-${DIGITS}.9999999999`, '0.0000000001', '-0.0000000001'];

it.each([
  [
    'timestamps',
    'logicalType: timestamp',
    ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    ['0001-01-01 00:00:00', '9999-12-31 23:59:59'],
  ],
  ['dates', 'logicalType: date', ['0001-01-01', '9999-12-31'], ['0001-01-01 00:00:00', '9999-12-31 00:00:00']],
  [
    'timestamps with a zone',
    'logicalType: timestamp, logicalTypeOptions: {format: "%Y-%m-%dT%H:%M:%S.%f%z"}',
    [
      '0001-01-01T14:00:00.000001+14:00',
      '9999-12-31T11:59:59.999999-12:00',
      '0001-01-01T00:00:00.0+14:00',
      '9999-12-31T23:59:59.0-12:00',
    ],
    ['0001-01-01 00:00:00.000001', '9999-12-31 23:59:59.999999'],
  ],
])(
  'the limits of %s, decimals, numbers and integers reach PostgreSQL unchanged',
  async (_name, type, values, stored) => {
    const key = { dataset: `limits-${type.length}`, date: '2026-01-01', runId: `run-${type.length}` };
    await addContract(lake, { dataset: key.dataset, columns: columns(type) });
    const numbers = ['1.7976931348623157e308', '-1.7976931348623157e308', '5e-324', '0'];
    const integers = ['9223372036854775807', '-9223372036854775808', '0', '-1'];
    const lines = values.map((value, index) =>
      [IDS[index], numbers[index], 'some text', value, integers[index]].join(','),
    );
    await lake.drop(key.dataset, key.date, 'a.csv', `id,title,body,written,author\n${lines.join('\n')}\n`);
    expect(await ingest(lake, key)).toMatchObject({ rows: 2, rejected: values.length - 2 });
    for (const rejected of values.length > 2 ? await lake.quarantine(key) : [])
      expect(rejected).toMatchObject({ code: 'ROW_VALUE_TYPE', column: 'written' });
    await loadDocuments(test.database, key.runId, batches(await lake.documents(key.dataset, key.date)));
    const rows = await test.database.query(
      `select doc_id, title, author, (published_at at time zone 'UTC')::text as time from documents
     where dataset = $1 order by record_number`,
      [key.dataset],
    );
    expect(rows).toEqual(
      stored.map((time, index) => ({
        doc_id: IDS[index],
        title: ['1.7976931348623157e+308', '-1.7976931348623157e+308'][index],
        author: integers[index],
        time,
      })),
    );
  },
);
