import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contractFolder } from '../../../lib/contract/contractCatalog';
import { patternFault } from '../../../lib/contract/pattern';
import { readContractWithEngine } from '../../../lib/contract/reading/readContract';
import { literal } from '../../../lib/duckdb/duckdb';
import { createEngines } from '../../../lib/duckdb/engines';
import { createContractEngine } from '../../../lib/quality/analyseQueries';
import { contractText, errorOf } from '../../support/lake';

const engines = createEngines({ memoryLimitInMegabytes: 256 });
let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'patterns-'))));
afterAll(async () => {
  engines.close();
  await rm(folder, { recursive: true, force: true });
});

const engine = () => createContractEngine(engines, path.join(folder, 'spill'));
const withPattern = (pattern: string): string =>
  contractText().replace(`{pattern: '[a-z0-9-]+'}`, `{pattern: '${pattern}'}`);
const RULE = `, quality: [{type: library, metric: invalidValues, arguments: {pattern: '\\p{L}{1000}'}, mustBe: 0}]`;

/** Without a fault that the pattern's text alone shows: only the engine knows how large it becomes. */
const TOO_LARGE = ['\\p{L}{1000}', '(?:\\p{L}|\\p{N}|-){900}', '[^\\p{Lu}]{1000}', '(?:\\p{L}{100}){9}'];

it.each(TOO_LARGE)('refuses %s, with its place, as a run would', async (pattern) => {
  expect(patternFault(pattern)).toBeUndefined();
  const refused = engines.use(path.join(folder, 'spill'), (duckDb) =>
    duckDb.rows(`SELECT regexp_full_match(value, ${literal(pattern)}) FROM (VALUES ('a'), ('b')) AS t (value)`),
  );
  await expect(refused).rejects.toThrow('pattern too large');
  const error = await errorOf(readContractWithEngine(withPattern(pattern), 'notes.yaml', engine()));
  expect(error).toMatchObject({
    code: 'CONTRACT_INVALID',
    faults: [
      {
        code: 'CONTRACT_FIELD_INVALID',
        message: 'The engine cannot match with the pattern: pattern too large - compile failed.',
        found: pattern,
        where: { file: 'notes.yaml', field: 'schema[0].properties[0].logicalTypeOptions.pattern' },
      },
    ],
  });
});

it('refuses the pattern of a rule, with the other faults of the contract', async () => {
  const text = contractText().replace('{name: n, logicalType: integer', `{name: n${RULE}, logicalType: whole`);
  const { faults } = await errorOf(readContractWithEngine(text, 'notes.yaml', engine()));
  expect((faults as { where: { field: string } }[]).map(({ where }) => where.field).sort()).toEqual([
    'schema[0].properties[2].logicalType',
    'schema[0].properties[2].quality[0].arguments.pattern',
  ]);
});

it.each(['\\p{L}{100}', '[a-z]{1000}', '.*'])('accepts %s', async (pattern) => {
  const { contract } = await readContractWithEngine(withPattern(pattern), 'notes.yaml', engine());
  expect(contract.columns[0]?.pattern).toBe(pattern);
});

it('refuses it wherever a contract is read: the start of a run, and each of its steps', async () => {
  await writeFile(path.join(folder, 'notes.yaml'), withPattern('\\p{L}{1000}'));
  const catalog = contractFolder(folder, engine());
  for (const read of [() => catalog.get('notes'), () => catalog.read('notes', withPattern('\\p{L}{1000}'))]) {
    expect(await errorOf(read())).toMatchObject({ code: 'CONTRACT_INVALID', status: 422 });
  }
});
