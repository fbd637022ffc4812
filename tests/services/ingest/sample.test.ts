import { contractFolder } from '../../../lib/contract/contractCatalog';
import { SAMPLE_DATE, stateOfTheUnion } from '../../../samples/stateOfTheUnion';
import { oracleRecords } from '../../support/csvText';
import { ingest, SAMPLE_CONTRACTS, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake({ contracts: contractFolder(SAMPLE_CONTRACTS) });
});
afterAll(() => lake.stop());

describe('the sample', () => {
  it('is ingested completely, with every text unchanged', async () => {
    const key = { dataset: 'state-of-the-union', date: SAMPLE_DATE, runId: 'run-1' };
    const expected: string[][] = [];
    for (const { name, content } of stateOfTheUnion()) {
      await lake.drop(key.dataset, key.date, name, content);
      expected.push(...oracleRecords(content).slice(1));
    }
    expect(expected).toHaveLength(233);
    expect(await ingest(lake, key)).toMatchObject({ version: 0, rows: 233, rejected: 0 });
    const rows = await lake.documents(key.dataset, key.date);
    expect(
      rows.map(({ docId, title, author, publishedAt, category, text }) => [
        docId,
        title,
        author,
        publishedAt,
        category ?? '',
        text,
      ]),
    ).toEqual(expected);
    expect(new Set(rows.map(({ docId }) => docId)).size).toBe(233);
    expect(rows.some(({ category }) => category === null)).toBe(true);
  });
});
