import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { readContract } from '../../lib/contract/readContract';
import { contractText, SAMPLE_CONTRACTS } from './lake';

/*
 * The standard's own JSON schema, which is not shipped here: the Python package open-data-contract-standard (3.1) has it.
 * ODCS_SCHEMA names the file, else a Python that has the package is asked.
 */
const FIXTURES = path.join(__dirname, '../fixtures/contracts');
const schemaFile = process.env.ODCS_SCHEMA ?? schemaOfPython();
const [run, note] =
  schemaFile === undefined
    ? [it.skip, ' (skipped: no Python with the package open-data-contract-standard, and no ODCS_SCHEMA)']
    : [it, ''];

function schemaOfPython(): string | undefined {
  const script = `import os, open_data_contract_standard as s; print(os.path.join(os.path.dirname(s.__file__), 'schema.json'))`;
  for (const command of [process.env.PIPELINE_TEST_PYTHON ?? 'python3', 'python']) {
    try {
      return execFileSync(command, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}

/** Faults by the standard, as `path keyword`. */
function faultsByStandard(text: string): string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(schemaFile ?? '', 'utf8')) as object);
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

function isAccepted(text: string): boolean {
  try {
    readContract(text, 'notes.yaml');
    return true;
  } catch {
    return false;
  }
}

const files = [SAMPLE_CONTRACTS, FIXTURES].flatMap((folder) =>
  readdirSync(folder).map((name) => path.join(folder, name)),
);

describe('the standard and the reader agree', () => {
  it.each(files)('%s is read', (file) => {
    expect(readContract(readFileSync(file, 'utf8'), file).dataset).toBe(path.parse(file).name);
  });

  for (const file of files) {
    run(`on ${path.basename(file)}${note}`, () => {
      expect(faultsByStandard(readFileSync(file, 'utf8'))).toEqual([]);
    });
  }

  const withText = (from: string, to: string) => contractText().replace(from, to);
  const withQuality = (rule: string) => withText('name: title,', `name: title, quality: [${rule}],`);
  it.each([
    [
      'a field that is misspelt',
      withText('name: title, logicalType: string, required', 'name: title, logicalType: string, requird'),
    ],
    ['a field of the table that is not known', withText('  - name: notes', '  - kind: csv\n    name: notes')],
    ['a field of the contract that is not known', withText('kind: DataContract', 'kind: DataContract\nowner: me')],
    ['no status', withText('status: active\n', '')],
    ['a logical type that is not known', withText('logicalType: integer', 'logicalType: int')],
    ['a pattern of a number', withText('{minimum: 0,', "{pattern: '[0-9]+', minimum: 0,")],
    ['an option that is not known', withText('{minimum: 0,', '{minimumm: 0,')],
    ['a bound of a number that is a text', withText('{minimum: 0,', "{minimum: '0',")],
    ['a format of an integer that is not known', withText('{minimum: 0,', '{format: long, minimum: 0,')],
    ['a rule without a comparison', withQuality('{metric: nullValues}')],
    ['a rule with two comparisons', withQuality('{metric: nullValues, mustBe: 0, mustBeLessThan: 3}')],
    ['a rule with an unknown metric', withQuality('{metric: zeroValues, mustBe: 0}')],
    ['a rule with an unknown field', withQuality('{metric: nullValues, mustBee: 0, mustBe: 0}')],
    ['a query that is not of type sql', withQuality('{query: SELECT 1, mustBe: 0}')],
    ['a rule between one number', withQuality('{metric: nullValues, mustBeBetween: [1]}')],
    ['a threshold that is a text', withQuality("{metric: nullValues, mustBeLessThan: '3'}")],
    [
      'a service level without a value',
      withText('status: active', 'status: active\nslaProperties: [{property: freshness}]'),
    ],
    ['a custom property without a value', withText('{property: role, value: title}', '{property: role}')],
  ])('refusing %s', (_name, text) => {
    expect(text).not.toBe(contractText());
    expect(isAccepted(text)).toBe(false);
    if (schemaFile !== undefined) expect(faultsByStandard(text)).not.toEqual([]);
  });

  const everything = withText(
    'status: active',
    `status: active
name: Notes
domain: test
tenant: us
tags: [a]
dataProduct: notes
contractCreatedTs: '2026-01-01T00:00:00Z'
authoritativeDefinitions: [{type: businessDefinition, url: https://example.org}]
servers: [{server: s, type: local, path: raw, format: csv}]
support: [{channel: mail, url: mailto:notes@example.org}]
price: {priceAmount: 1, priceCurrency: EUR, priceUnit: GB}
team: {name: notes, members: [{username: a}]}
roles: [{role: reader, access: read}]
slaDefaultElement: notes.day
slaProperties:
  - {property: retention, value: 3, unit: y}
  - {property: freshness, value: 1, unit: d, driver: analytics, description: daily}
description: {purpose: p, usage: u, limitations: l}`,
  ).replace(
    'name: title,',
    `name: title, businessName: Title, physicalType: text, classification: public, criticalDataElement: true, examples: [a],
        transformLogic: none, tags: [b], description: d, partitioned: false,
        quality: [{type: text, description: nice}, {type: custom, engine: soda, implementation: 'x'}, {metric: nullValues, id: r1, dimension: completeness, businessImpact: operational, mustBe: 0}],`,
  );
  it('accepting the rest of the standard, unharmed', () => {
    expect(readContract(everything, 'notes.yaml').quality.rules.map(({ name }) => name)).toEqual([
      'title: nullValues',
      'freshness of day',
    ]);
  });
  run(`accepting the rest of the standard${note}`, () => {
    expect(faultsByStandard(everything)).toEqual([]);
  });
});
