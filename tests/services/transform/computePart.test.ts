import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { DataContract } from '../../../lib/contract/contract';
import { readContract } from '../../../lib/contract/reading/readContract';
import { profileRecords } from '../../../lib/csv/recordProfile';
import { openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';
import { computePart } from '../../../lib/transform/computePart';
import { csvNoise, csvText, oracleRecords, plainCsv } from '../../support/csvText';
import { contractText, errorOf } from '../../support/lake';

const KEYED = readContract(
  contractText({
    columns: `
      - {name: a, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: b, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: c, logicalType: string, customProperties: [{property: role, value: text}]}`,
  }),
  'notes.yaml',
);

// Without a key and required columns, every well-formed record is a row.
const CONTRACT = {
  ...KEYED,
  columns: KEYED.columns.map((column) => ({ ...column, primaryKey: false, unique: false, required: false })),
};

let folder: string;
let duckDb: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'load-records-'));
  duckDb = await openDuckDb({ memoryLimitInMegabytes: 512 }, path.join(folder, 'spill'));
});
afterAll(async () => {
  duckDb.close();
  await rm(folder, { recursive: true, force: true });
});

async function load(text: string | Buffer, contract: DataContract = CONTRACT, mostFaulty?: number) {
  const file = path.join(folder, 'records.csv');
  await writeFile(file, text);
  const columns = [0, 1, 2];
  const { records } = await profileRecords(file, { delimiter: 0x2c, quote: 0x22 }, columns.length);
  const range = {
    path: file,
    source: 'records.csv',
    columns,
    records,
    firstRecord: 11,
    length: Buffer.byteLength(text),
  };
  if (records === 0) return { records, rejected: [], rows: [], parquet: '' };
  const { written, faults } = await computePart(duckDb, contract, range, folder, 'snappy', mostFaulty);
  const parquet = `read_parquet('${written.parquetFile}')`;
  const rows =
    written.rows === 0
      ? []
      : await duckDb.rows(`SELECT record_number::INTEGER - 10, a, b, c FROM ${parquet} ORDER BY record_number`);
  const rejected = [...faults].map(([ordinal, found]) => ({ ordinal, codes: found.map(({ code }) => code) }));
  return { records, rejected: rejected.sort((one, other) => one.ordinal - other.ordinal), rows, parquet };
}

/** csv-parse returns an empty text where DuckDB returns null for an unquoted empty field. */
const texts = (row: unknown[]) => row.slice(1).map((value) => value ?? '');

describe('computing a part', () => {
  it('accepts exactly the records in which an independent parser finds the right number of fields', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, async (text) => {
        const bareReturns = /\r(?!\n)/.test(text.replaceAll(/"(?:[^"]|"")*"/g, ''));
        fc.pre(!bareReturns);
        const oracle = oracleRecords(text).map((fields, index) => ({ ordinal: index + 1, fields }));
        const { rows, rejected, records } = await load(text);
        expect(records).toBe(oracle.length);
        const valid = oracle.filter(({ fields }) => fields.length === 3);
        expect(rows.map(texts)).toEqual(valid.map(({ fields }) => fields));
        expect(rows.map(([ordinal]) => ordinal)).toEqual(valid.map(({ ordinal }) => ordinal));
        expect(rejected).toEqual(
          oracle.flatMap(({ ordinal, fields }) =>
            fields.length === 3 ? [] : [{ ordinal, codes: ['ROW_COLUMN_COUNT'] }],
          ),
        );
      }),
      { numRuns: 120 },
    );
  });

  it('agrees with the parser on plain files too, which DuckDB reads without conversion', async () => {
    await fc.assert(
      fc.asyncProperty(plainCsv, async (text) => {
        const { rows, rejected } = await load(text);
        expect(rejected).toEqual([]);
        expect(rows.map(texts)).toEqual(oracleRecords(text));
      }),
      { numRuns: 120 },
    );
  });

  it('keeps the first valid record of each key, wherever the invalid ones are', async () => {
    const line = fc.tuple(
      fc.constantFrom('', 'k', 'l', 'm'),
      fc.constantFrom('', 'x', 'y'),
      fc.constantFrom('p', 'q,', '"r"x', '5" d'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
        const contract = {
          ...KEYED,
          columns: KEYED.columns.map((column) => ({ ...column, required: column.name !== 'c' })),
        };
        const expected: [number, string][] = [];
        const seen = new Set<string>();
        lines.forEach(([a, b, c], index) => {
          if (a === '' || b === '' || c === 'q,' || c === '"r"x' || seen.has(a)) return;
          seen.add(a);
          expected.push([index + 1, a]);
        });
        const { rows, rejected } = await load(lines.map((fields) => `${fields.join(',')}\n`).join(''), contract);
        expect(rows.map(([ordinal, a]) => [ordinal, a])).toEqual(expected);
        expect(rejected).toHaveLength(lines.length - expected.length);
      }),
      { numRuns: 120 },
    );
  });

  it('loses no record of any text, even if it is malformed', async () => {
    await fc.assert(
      fc.asyncProperty(csvNoise, async (text) => {
        const { rows, rejected, records } = await load(text);
        expect(rows.length + rejected.length).toBe(records);
      }),
      { numRuns: 120 },
    );
  });

  it('reads texts that contain whole records, which a parallel reader would split', async () => {
    let text = '';
    for (let index = 0; index < 3000; index += 1) {
      const body = `Text\n${`fake-${index},Fake,fake body\n`.repeat(20 + (index % 30))}${index % 3 ? '' : 'said "x",\n"y"'}`;
      text += `doc-${index},Title,"${body.replaceAll('"', '""')}"\n`;
    }
    const { rows, rejected } = await load(text);
    expect(rejected).toEqual([]);
    expect(rows.map(texts)).toEqual(oracleRecords(text));
  });

  it.each([
    ['one blank field too many', 'a,b,c,\nd,e,f\n', [1]],
    ['several blank fields too many', 'a,b,c,,,\n', [1]],
    ['one blank field too many after blank ones', 'a,,,\nb,,\n', [1]],
    ['a quoted empty field too many', 'a,b,c,""\n', [1]],
    ['a blank after a closing quote', 'a,b,"c" \n', [1]],
    ['text after a closing quote, with a line end in a later field', 'a,"b"x,"c\nd"\ne,f,g\n', [1]],
    ['a bare carriage return', 'a,b\rb,c\nd,e,f\n', [1]],
    ['a quote that never closes', 'a,b,c\nd,e,"f\n', [2]],
  ])('rejects a record with %s', async (_name, text, ordinals) => {
    const { rejected, rows, records } = await load(text);
    expect(rejected.map(({ ordinal }) => ordinal)).toEqual(ordinals);
    expect(rows).toHaveLength(records - ordinals.length);
  });

  it.each([
    ['mixed line ends', 'a,b,c\r\nd,e,f\ng,h,i', ['a|b|c', 'd|e|f', 'g|h|i']],
    ['a quote after a blank at a field start', 'a, "b",c\n', ['a| "b"|c']],
    ['quotes inside an unquoted field', 'a,5" disk,x"y"z\n', ['a|5" disk|x"y"z']],
    ['other line ends inside quotes', 'a,"b\r\nc\rd",e\nf,g,h\n', ['a|b\r\nc\rd|e', 'f|g|h']],
    ['blank fields at the end', 'a,,\nb,"",""\n,,\n', ['a|null|null', 'b||', 'null|null|null']],
  ])('reads %s exactly', async (_name, text, expected) => {
    const { rows, rejected } = await load(text);
    expect(rejected).toEqual([]);
    expect(
      rows.map((row) =>
        row
          .slice(1)
          .map((value) => (value === null ? 'null' : value))
          .join('|'),
      ),
    ).toEqual(expected);
  });

  it('keeps a byte order mark in the data', async () => {
    const { rows, parquet } = await load('\uFEFFa,b,c\n');
    expect(rows.map(texts)).toEqual([['\uFEFFa', 'b', 'c']]);
    expect(await duckDb.rows(`SELECT strlen(a)::INTEGER FROM ${parquet}`)).toEqual([[4]]);
  });

  it('gives a row the same hash whether a null of a number has quotes or not', async () => {
    const contract = {
      ...CONTRACT,
      columns: CONTRACT.columns.map((column) =>
        column.name === 'b' ? { ...column, logicalType: 'integer' as const } : column,
      ),
    };
    const { rejected, parquet } = await load('a,"",c\na,,c\n', contract);
    expect(rejected).toEqual([]);
    expect(
      await duckDb.rows(`SELECT count(*)::INTEGER, count(DISTINCT content_hash)::INTEGER FROM ${parquet}`),
    ).toEqual([[2, 1]]);
  });

  it('reads one giant record', async () => {
    const body = 'word, "and" word\n'.repeat(700_000);
    const { rows } = await load(`a,b,c\nd,e,"${body.replaceAll('"', '""')}"\nf,g,h\n`);
    expect(rows.map(texts)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', body],
      ['f', 'g', 'h'],
    ]);
  });
});

describe('a file in which hardly any record fits the contract', () => {
  const MOST = 1000;

  it.each([
    ['too few fields', 'a\n', 'ROW_COLUMN_COUNT'],
    ['a value that is not allowed', ',,\n', undefined],
  ])('is refused with %s once there are more faults than memory has room for', async (_what, record, code) => {
    const refused = errorOf(load(record.repeat(MOST + 1), KEYED, MOST));
    expect(await refused).toMatchObject({
      code: 'TRANSFORM_FAULTY_FILE',
      status: 422,
      found: `more than ${MOST} faulty records of ${MOST + 1}${code ? `; record 11: ${code}` : ''}`,
      where: { file: 'records.csv' },
    });
  });

  it('keeps every fault up to that number', async () => {
    const { rejected } = await load('a\n'.repeat(MOST), KEYED, MOST);
    expect(rejected).toHaveLength(MOST);
  });
});
