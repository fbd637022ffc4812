import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { decimalOf } from '../../../lib/contract/decimal';
import { profileColumn } from '../../../lib/draftContract/profileColumns';
import { literal, openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';
import { typedValue } from '../../../lib/transform/columnSql';

let folder: string;
let duckDb: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'number-types-'));
  duckDb = await openDuckDb({ memoryLimitInMegabytes: 256 }, path.join(folder, 'spill'));
});
afterAll(async () => {
  duckDb.close();
  await rm(folder, { recursive: true, force: true });
});

const tableOf = (values: string[]): string =>
  `(VALUES ${values.map((value) => `(${literal(value)})`).join(', ')}) t(c0)`;

async function typeOf(values: string[]): Promise<string> {
  const { logicalType, physicalType } = await profileColumn(duckDb, tableOf(values), 'c0', 'value');
  return physicalType === undefined ? logicalType : `${logicalType} ${physicalType}`;
}

describe('the type of numbers in a drafted contract', () => {
  it.each([
    ['whole numbers', ['1', '-20', '9223372036854775807'], 'integer'],
    ['fractions', ['1', '2.5', '-0.25'], 'number'],
    ['exponents', ['1e3', '2.5e-7'], 'number'],
    ['prices', ['1.50', '12.00', '-3.25'], 'number decimal(18,2)'],
    ['long prices', ['123456789012.50', '1.00'], 'number decimal(18,2)'],
    ['very long prices', ['123456789012345678.50', '1.00'], 'number decimal(38,2)'],
    ['whole numbers past 64 bits', ['1', '9223372036854775808'], 'integer decimal(38,0)'],
    ['whole numbers past 38 digits', ['1', '1'.repeat(39)], 'string'],
    ['ids of 20 digits', ['12345678901234567890', '22345678901234567890'], 'string'],
    ['numbers with more digits than a double, beside a fraction', ['9007199254740993', '2.5'], 'string'],
    ['paper ids', ['2505.24820', '2505.10001'], 'string'],
    ['versions', ['1.9', '1.10'], 'string'],
    ['versions with one scale', ['1.10', '2.20'], 'string'],
    ['codes', ['0012', '3'], 'string'],
    ['a zero with a sign', ['-0', '1'], 'string'],
    ['an exponent out of reach', ['1e-320', '1'], 'string'],
    ['a plus sign', ['+1', '2'], 'string'],
  ])('%s', async (_name, values, expected) => {
    expect(await typeOf(values)).toBe(expected);
  });

  it('changes no value when it is written back', async () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 21 });
    const value = fc
      .tuple(fc.constantFrom('', '', '-'), digits, fc.option(digits), fc.constantFrom('', '', '', 'e5', 'E-12'))
      .map(
        ([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent}`,
      )
      .filter((text) => text.length <= 40);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 4 }), async (values) => {
        const { logicalType, physicalType } = await profileColumn(duckDb, tableOf(values), 'c0', 'value');
        const column = { name: 'c0', logicalType, required: false, unique: false, primaryKey: false };
        const typed = typedValue({ ...column, decimal: decimalOf(physicalType) }, 'c0');
        const rows = await duckDb.rows(`SELECT c0, (${typed})::VARCHAR FROM ${tableOf(values)}`);
        for (const [text, back] of rows) expect(exact(String(back))).toEqual(exact(String(text)));
      }),
      { numRuns: 120 },
    );
  });
});

/** A number as its digits and the power of ten of the last one, without zeros at either end. */
function exact(text: string): { digits: string; power: number } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const written = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = written.replace(/0+$/, '');
  const power = digits === '' ? 0 : Number(exponent) - fraction.length + (written.length - digits.length);
  return { digits: digits === '' ? '0' : `${sign}${digits}`, power };
}
