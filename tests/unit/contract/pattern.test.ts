import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { patternFault } from '../../../lib/contract/pattern';
import { literal, openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';

let folder: string;
let duckDb: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pattern-'));
  duckDb = await openDuckDb({ memoryLimitInMegabytes: 256 }, folder);
});
afterAll(async () => {
  duckDb.close();
  await rm(folder, { recursive: true, force: true });
});

const CATEGORIES = [
  ...['C', 'Cc', 'Cf', 'Co', 'Cs', 'L', 'Ll', 'Lm', 'Lo', 'Lt', 'Lu', 'M', 'Mc', 'Me', 'Mn', 'N', 'Nd', 'Nl', 'No'],
  ...['P', 'Pc', 'Pd', 'Pe', 'Pf', 'Pi', 'Po', 'Ps', 'S', 'Sc', 'Sk', 'Sm', 'So', 'Z', 'Zl', 'Zp', 'Zs'],
];

describe('a pattern that a contract may have is supported by DuckDB', () => {
  it.each([
    ...CATEGORIES.flatMap((category) => [`\\p{${category}}`, `[^\\P{${category}}]`]),
    ...[
      '[a-z]+',
      '[[]',
      '[\\]]',
      '\\[\\]',
      '[^\\\\]',
      '\\\\u',
      '(?:a|b){2,1000}',
      'a{0}',
      '\\/',
      '\\x41',
      '\\0',
      '^a$',
    ],
    ...['(a{100}){10}', '(?:(a{0}){1000}){1}', '(a{20,}b*){50}', '(?:[}{(]\\({500}){2}', 'a{600}b{600}'],
    ...['\\bword\\b', '[\\w.-]+@\\w+', '😀|é', '\\\\(?:1)', '.*?', '[\\d\\s]', '\\{a\\}', '\\\\k'],
  ])('%s', async (pattern) => {
    expect(patternFault(pattern)).toBeUndefined();
    await expect(duckDb.rows(`SELECT regexp_full_match('a', ${literal(pattern)})`)).resolves.toHaveLength(1);
  });
});

describe('a pattern that DuckDB does not support is refused in the contract', () => {
  it.each([
    ...['\\u0041', '\\u{1F600}', '[\\u0041]', '\\cA', '\\p{Script=Greek}', '\\p{Letter}', '\\p{Emoji}', '\\P{Cn}'],
    ...['[]', '[^]', '[\\b]', '(?<name>a)', '(?=a)', '(?<!a)', '(a)\\1', '(?<n>a)\\k<n>', 'a{1001}', 'a{2,5000}'],
    ...['(a{1000}){1000}', '(a{100}){11}', '(?:(?:a{10}|b){10}c){2,11}', '((a{20,}b)*){51}', '(?:[{(]{500}){3}'],
  ])('%s', async (pattern) => {
    expect(patternFault(pattern)).toEqual(expect.stringMatching(/ not supported in patterns|Only|only/));
    await expect(duckDb.rows(`SELECT regexp_full_match('a', ${literal(pattern)})`)).rejects.toThrow();
  });

  it('reports why a pattern is invalid', () => {
    expect(patternFault('(')).toMatch(/Invalid regular expression/);
  });
});
