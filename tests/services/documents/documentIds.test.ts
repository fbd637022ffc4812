import { createLakeReader } from '../../../lib/documents/lakeReader';
import type { DocumentRow } from '../../../lib/documents/document';
import { addContract, ingest, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const BODY = '{name: body, logicalType: string, customProperties: [{property: role, value: text}]}';
const TITLE = '{name: title, logicalType: string, customProperties: [{property: role, value: title}]}';
const FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

/** The documents of one date with these keys. `key`: type and options of the key's column. */
async function documentsOf(dataset: string, key: string, keys: string[]): Promise<DocumentRow[]> {
  const columns = `
      - {name: key, ${key}, primaryKey: true, customProperties: [{property: role, value: id}]}
      - ${TITLE}
      - ${BODY}`;
  await addContract(lake, { dataset, columns });
  const records = keys.map((value) => `${value},T,text of ${value}\n`).join('');
  await lake.drop(dataset, '2026-01-01', 'a.csv', `key,title,body\n${records}`);
  await ingest(lake, { dataset, date: '2026-01-01', runId: 'run-1' });
  const reader = createLakeReader(lake);
  const documents: DocumentRow[] = [];
  for (const part of await reader.parts(dataset, '2026-01-01')) {
    for await (const batch of reader.documents(part, { withText: true })) documents.push(...batch);
  }
  return documents;
}

it('a timestamp as key keeps its fraction of a second, and none is added', async () => {
  const key = `logicalType: timestamp, logicalTypeOptions: {format: "${FORMAT}"}`;
  const documents = await documentsOf('moments', key, [
    '2020-01-01T00:00:00.123Z',
    '2020-01-01T00:00:00.124Z',
    '2020-01-01T00:00:00.120Z',
    '2020-01-01T00:00:10.000Z',
  ]);
  expect(documents.map(({ docId, text }) => [docId, text])).toEqual([
    ['2020-01-01T00:00:00.123Z', 'text of 2020-01-01T00:00:00.123Z'],
    ['2020-01-01T00:00:00.124Z', 'text of 2020-01-01T00:00:00.124Z'],
    ['2020-01-01T00:00:00.12Z', 'text of 2020-01-01T00:00:00.120Z'],
    ['2020-01-01T00:00:10Z', 'text of 2020-01-01T00:00:10.000Z'],
  ]);
});

it('a number as key has one text for each value', async () => {
  const documents = await documentsOf('numbers', 'logicalType: number', ['-0', '1.50', '-2']);
  expect(documents.map(({ docId }) => docId)).toEqual(['0.0', '1.5', '-2.0']);
});
