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

async function partOf(lines: string[]) {
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
  return written;
}

const COLUMNS = [...CONTRACT.columns.map(({ name }) => name), 'source_file', 'record_number', 'content_hash'];

describe('statistics of a part', () => {
  it('are the minima, maxima and null counts of all its columns', async () => {
    const { statistics } = await partOf([
      'b,t,-5,1.5,2026-01-31,2026-01-31T10:20:30Z,7,true,x',
      'a,,12,-2e3,1999-12-31,1999-12-31T23:59:59Z,8,,z',
      'c,s,,,,,,false,y',
    ]);
    const hash = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(statistics).toEqual({
      numRecords: 3,
      minValues: {
        id: 'a',
        title: 's',
        n: -5,
        x: -2000,
        day: '1999-12-31',
        at: '1999-12-31T23:59:59.000Z',
        other: 7,
        yes: false,
        body: 'x',
        source_file: 'records.csv',
        record_number: 1,
        content_hash: hash,
      },
      maxValues: {
        id: 'c',
        title: 't',
        n: 12,
        x: 1.5,
        day: '2026-01-31',
        at: '2026-01-31T10:20:30.000Z',
        other: 8,
        yes: true,
        body: 'z',
        source_file: 'records.csv',
        record_number: 3,
        content_hash: hash,
      },
      nullCount: {
        id: 0,
        title: 1,
        n: 1,
        x: 1,
        day: 1,
        at: 1,
        other: 1,
        yes: 1,
        body: 0,
        source_file: 0,
        record_number: 0,
        content_hash: 0,
      },
    });
  });

  it('do not count removed rows: rejected records and repeated keys', async () => {
    const { statistics, nullCount } = await partOf([
      'b,t,1,,,,,,x',
      'b,t,999,,,,,,x',
      'c,t,3,,,,,,x',
      'd,t,not a number,,,,,,x',
    ]);
    expect(statistics.numRecords).toBe(2);
    expect(nullCount).toMatchObject({ n: 0, x: 2 });
    const whole = '2026-01-31,2026-01-31T10:20:30Z,7,true,x';
    const { statistics: exact } = await partOf([
      `b,t,1,1,${whole}`,
      `b,t,999,1,${whole}`,
      `c,t,3,1,${whole}`,
      `d,t,no,1,${whole}`,
    ]);
    expect(exact).toMatchObject({ numRecords: 2, minValues: { id: 'b', n: 1 }, maxValues: { id: 'c', n: 3 } });
  });

  const WHOLE = ['a', 't', '1', '1.5', '2026-01-31', '2026-01-31T10:20:30Z', '7', 'true', 'x'];
  it.each([
    ['a whole number past 2^53', 2, '9007199254740993'],
    ['a text over 64 bytes', 8, 'é'.repeat(33)],
    ['a key over 64 bytes', 0, 'k'.repeat(65)],
    ['no value in a column', 3, ''],
    ['no text in a column', 1, ''],
  ])(
    'are the number of rows only, with %s: a column without a smallest value hides all rows from delta-rs',
    async (_, column, value) => {
      expect((await partOf([WHOLE.join()])).statistics.minValues).toHaveProperty('id', 'a');
      const changed = WHOLE.map((text, index) => (index === column ? value : text));
      const { statistics, nullCount } = await partOf([changed.join()]);
      expect(statistics).toEqual({ numRecords: 1 });
      expect(nullCount).toMatchObject({ n: 0, x: value === '' && column === 3 ? 1 : 0 });
    },
  );

  it('have a smallest value, a largest value and a null count for the same columns, whatever the values', async () => {
    const text = fc.oneof(
      fc.constant(''),
      fc.constantFrom('"" ""', 'é', 'k'.repeat(64), 'k'.repeat(65)),
      fc.stringMatching(/^[a-z]{1,3}$/),
    );
    const number = fc.oneof(fc.constant(''), fc.integer().map(String), fc.constantFrom('9007199254740993', '-0'));
    const row = fc.tuple(text, number, number, fc.constantFrom('', 'true'), text);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (rows) => {
        const lines = rows.map(
          ([title, n, x, yes, body], index) => `${index},"${title}",${n},${x},2026-01-31,,7,${yes},"${body}"`,
        );
        const withTime = lines.map((line) => line.replace('2026-01-31,,', '2026-01-31,2026-01-31T10:20:30Z,'));
        const { statistics } = await partOf(withTime);
        const names = ['minValues', 'maxValues', 'nullCount'] as const;
        const columns = names.map((name) => Object.keys(statistics[name] ?? {}));
        expect(columns).toEqual(names.map(() => (statistics.minValues === undefined ? [] : COLUMNS)));
      }),
      { numRuns: 40 },
    );
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
