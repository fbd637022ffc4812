import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readContract } from '../../../lib/contract/reading/readContract';
import { inferContract } from '../../../lib/draftContract/inferContract';
import { openDuckDb } from '../../../lib/duckdb/duckdb';
import { MEGABYTES_PER_COLUMN } from '../../../lib/duckdb/tooManyColumns';
import { computePart } from '../../../lib/transform/computePart';
import { contractText, errorOf } from '../../support/lake';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'wide-tables-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const FIXED = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}
`;

/** Transforms 3 records of so many columns, nearly all of them integers. */
async function transform(columns: number, memoryLimitInMegabytes: number) {
  const numbers = Array.from({ length: columns - 3 }, (_, index) => index);
  const wide = numbers.map((number) => `      - {name: c${number}, logicalType: integer}`).join('\n');
  const contract = readContract(contractText({ columns: FIXED + wide }), 'notes.yaml');
  const text = ['a', 'b', 'c'].map((id) => `${id},T,x,${numbers.join(',')}\n`).join('');
  const file = path.join(folder, 'records.csv');
  await writeFile(file, text);
  const range = {
    ...{ path: file, source: 'records.csv', columns: contract.columns.map((_, index) => index), records: 3 },
    ...{ firstRecord: 1, length: text.length },
  };
  const duckDb = await openDuckDb({ memoryLimitInMegabytes }, path.join(folder, 'spill'));
  try {
    return (await computePart(duckDb, contract, range, folder, 'snappy')).written.rows;
  } finally {
    duckDb.close();
  }
}

it('a table of as many columns as the memory is said to allow is transformed', async () => {
  expect(await transform(360, 256)).toBe(3);
  expect(await transform(600, Math.ceil(600 * MEGABYTES_PER_COLUMN))).toBe(3);
});

it('a table of more columns is refused with the number of columns and the memory that they need', async () => {
  expect(await errorOf(transform(700, 256))).toMatchObject({
    code: 'DUCKDB_TOO_MANY_COLUMNS',
    retryable: false,
    found: '700 columns, which need about 490 MB',
    expected: 'at most 256 MB: about 3 columns for every 2 MB',
    remedy: expect.stringContaining('Set DUCKDB_MEMORY_MEGABYTES to 490 or more') as string,
  });
});

it('a draft for a table of too many columns is refused the same way', async () => {
  const file = path.join(folder, 'wide.csv');
  const names = Array.from({ length: 1500 }, (_, index) => `c${index}`);
  await writeFile(file, `${names.join(',')}\n${names.map((_, index) => index).join(',')}\n`);
  const settings = { temporaryDirectory: folder, duckDb: { memoryLimitInMegabytes: 128 } };
  expect(await errorOf(inferContract(file, settings))).toMatchObject({
    code: 'DUCKDB_TOO_MANY_COLUMNS',
    found: '1500 columns, which need about 1050 MB',
  });
});
