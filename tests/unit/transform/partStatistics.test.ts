import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readContract } from '../../../lib/contract/reading/readContract';
import { openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';
import { computePart } from '../../../lib/transform/computePart';
import { checksOf } from '../../../lib/transform/columnSql';
import { contractText } from '../../support/lake';

const CONTRACT = readContract(
  contractText({
    columns: `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: n, logicalType: integer}
      - {name: x, logicalType: number}
      - {name: day, logicalType: date}
      - {name: at, logicalType: timestamp, logicalTypeOptions: {format: "yyyy-MM-dd'T'HH:mm:ss'Z'"}}
      - {name: other, logicalType: integer}
      - {name: yes, logicalType: boolean}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`,
  }),
  'notes.yaml',
);

let folder: string;
let duckDb: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'part-statistics-'));
  duckDb = await openDuckDb({ memoryLimitInMegabytes: 512 }, path.join(folder, 'spill'));
});
afterAll(async () => {
  duckDb.close();
  await rm(folder, { recursive: true, force: true });
});

async function statisticsOf(lines: string[]) {
  const file = path.join(folder, 'records.csv');
  const text = lines.map((line) => `${line}\n`).join('');
  await writeFile(file, text);
  const columns = CONTRACT.columns.map((_, index) => index);
  const records = {
    path: file,
    source: 'records.csv',
    columns,
    records: lines.length,
    firstRecord: 1,
    length: text.length,
  };
  const { written } = await computePart(duckDb, CONTRACT, records, folder, 'snappy');
  return written.statistics;
}

describe('statistics of a part', () => {
  it('are the minima, maxima and null counts of its rows', async () => {
    expect(
      await statisticsOf([
        'b,t,-5,1.5,2026-01-31,2026-01-31T10:20:30Z,7,true,x',
        'a,,12,-2e3,1999-12-31,1999-12-31T23:59:59Z,8,,x',
        'c,t,,,,,,false,x',
      ]),
    ).toEqual({
      numRecords: 3,
      minValues: { id: 'a', n: -5, x: -2000, day: '1999-12-31', at: '1999-12-31T23:59:59.000Z', other: 7 },
      maxValues: { id: 'c', n: 12, x: 1.5, day: '2026-01-31', at: '2026-01-31T10:20:30.000Z', other: 8 },
      nullCount: { id: 0, title: 1, n: 1, x: 1, day: 1, at: 1, other: 1, yes: 1, body: 0 },
    });
  });

  it('do not count removed rows: rejected records and repeated keys', async () => {
    const statistics = await statisticsOf([
      'b,t,1,,,,,,x',
      'b,t,999,,,,,,x',
      'c,t,3,,,,,,x',
      'd,t,not a number,,,,,,x',
    ]);
    expect(statistics).toMatchObject({ numRecords: 2, minValues: { id: 'b', n: 1 }, maxValues: { id: 'c', n: 3 } });
    expect(statistics.nullCount['x']).toBe(2);
  });

  it('leave out values that the log cannot hold exactly: numbers past 2^53, long keys', async () => {
    const statistics = await statisticsOf([`${'k'.repeat(65)},t,9007199254740993,,,,1,,x`, 'a,t,1,,,,2,,x']);
    expect(statistics.minValues).toEqual({ other: 1 });
    expect(statistics.maxValues).toEqual({ other: 2 });
  });
});

describe('statistics that DuckDB returns for a Parquet file it wrote', () => {
  it('agree with the content of the file, over several row groups', async () => {
    const file = path.join(folder, 'groups.parquet');
    const summary = await duckDb.writeParquet(
      `SELECT i - 4000 AS n, CASE WHEN i % 3 > 0 THEN 'k' || (i * 7919 % 5000) END AS "the ""odd"" one" FROM range(5000) numbers(i)`,
      file,
      'COMPRESSION snappy, ROW_GROUP_SIZE 2048',
    );
    const [row] = await duckDb.rows(
      `SELECT count(*), count(*) - count(n), min(n)::VARCHAR, max(n)::VARCHAR, count(*) - count(t), min(t), max(t)
       FROM (SELECT n, "the ""odd"" one" AS t FROM read_parquet('${file}'))`,
    );
    const { n, 'the "odd" one': t } = Object.fromEntries(summary.columns);
    expect([summary.rows, n?.nulls, n?.smallest, n?.largest, t?.nulls, t?.smallest, t?.largest]).toEqual(
      row?.map((value) => (typeof value === 'bigint' ? Number(value) : value)),
    );
  });

  it('have no minimum and maximum if one row group has no value', async () => {
    const { columns } = await duckDb.writeParquet(
      'SELECT CASE WHEN i < 2048 THEN i END AS n FROM range(5000) numbers(i)',
      path.join(folder, 'empty-group.parquet'),
      'ROW_GROUP_SIZE 2048',
    );
    expect(columns.get('n')).toEqual({ nulls: 5000 - 2048, smallest: undefined, largest: undefined });
  });
});

describe('a required value', () => {
  it('is missing when it is null or only blanks, and present with any other character', async () => {
    const [column] = CONTRACT.columns;
    const condition = checksOf({ ...column!, required: true }, 't')[0]!.condition;
    const character = fc.constantFrom(' ', '\t', '\r', '\n', '\u0001', '\u000b', '!', 'a', '\u00a0', 'é', '語');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.string({ unit: character, maxLength: 4 }))), async (texts) => {
        const list = JSON.stringify(texts).replaceAll("'", "''");
        const rows = await duckDb.rows(
          `SELECT coalesce(${condition}, false) FROM (SELECT unnest(from_json('${list}', '["VARCHAR"]')) AS t)`,
        );
        expect(rows.flat()).toEqual(texts.map((text) => text === null || /^[ \t\r\n]*$/.test(text)));
      }),
    );
  });
});
