import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readContract } from '../../../lib/contract/reading/readContract';
import { standardFaults } from '../../../lib/contract/reading/shapeFaults';
import { standardContract } from '../../../lib/contract/standard/contract';
import type { FaultList } from '../../../lib/problems/problem';
import { mutated, mutationsOf, partsOf, type Mutation, type Path } from './contractMutations';
import { checkByStandard, SKIPPED } from './contractOracle';
import { contractText, SAMPLE_CONTRACTS } from '../../support/lake';

const FIXTURES = path.join(__dirname, '../../fixtures/contracts');
const [run, note] = checkByStandard === undefined ? [it.skip, SKIPPED] : [it, ''];

const contentOf = (file: string) => parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const everything = contentOf(path.join(FIXTURES, 'everything.yaml'));
const beyond = contentOf(path.join(__dirname, '../../fixtures/standard/beyond.yaml'));
const files = [SAMPLE_CONTRACTS, FIXTURES].flatMap((folder) =>
  readdirSync(folder).map((name) => path.join(folder, name)),
);

function faultsByShapes(content: unknown): { path: Path; message: string }[] {
  const { error } = standardContract.safeParse(content);
  return error === undefined ? [] : (standardFaults(error, content) as { path: Path; message: string }[]);
}

/** Fields of the faults, e.g. `schema[0].name`; undefined if the contract is valid. */
function refusalOf(text: string): string[] | undefined {
  try {
    readContract(text, 'notes.yaml');
    return undefined;
  } catch (error) {
    return (error as FaultList).faults.map(({ where }) => where?.field ?? '');
  }
}

function fieldOf(place: Path): string {
  return place
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`))
    .join('');
}

const isWithin = (place: Path, outer: Path) => outer.every((part, index) => part === place[index]);
const isNear = (one: Path, other: Path) => isWithin(one, other) || isWithin(other, one);
/** For a rule without its metric, the schema also reports each field that a metric allows. */
const isOfMetric = (place: Path, shape: Path) => shape.at(-1) === 'metric' && isWithin(place, shape.slice(0, -1));
const isSame = (place: Path, shape: Path) => isNear(place, shape) || isOfMetric(place, shape);

describe('the reader agrees with the standard', () => {
  it.each(files)('accepts %s', (file) => {
    expect(readContract(readFileSync(file, 'utf8'), file).dataset).toBe(path.parse(file).name);
  });

  for (const file of files) {
    run(`on ${path.basename(file)}${note}`, () => {
      expect(checkByStandard?.(contentOf(file))).toEqual([]);
    });
  }

  const withText = (from: string, to: string) => contractText().replace(from, to);
  const withQuality = (rule: string) => withText('name: title,', `name: title, quality: [${rule}],`);
  const withField = (field: string) => withText('status: active', `status: active\n${field}`);
  const withColumn = (field: string) => withText('name: title,', `name: title, ${field},`);
  it.each([
    [
      'a misspelt field',
      withText('name: title, logicalType: string, required', 'name: title, logicalType: string, requird'),
      'schema[0].properties[1].requird',
    ],
    ['an unknown field of the table', withText('  - name: notes', '  - kind: csv\n    name: notes'), 'schema[0].kind'],
    ['an unknown field of the contract', withField('owner: me'), 'owner'],
    ['no status', withText('status: active\n', ''), 'status'],
    ['another kind', withText('kind: DataContract', 'kind: Contract'), 'kind'],
    ['a future version of the standard', withText('v3.1.0', 'v3.9.0'), 'apiVersion'],
    ['tags as a string', withField('tags: nope'), 'tags'],
    ['a team as a number', withField('team: 5'), 'team'],
    ['a server of an unknown type', withField('servers: [{server: a, type: attic}]'), 'servers[0].type'],
    ['a server without its location', withField('servers: [{server: a, type: s3}]'), 'servers[0].location'],
    [
      'a field of another type of server',
      withField('servers: [{server: a, type: pubsub, project: p, host: h}]'),
      'servers[0].host',
    ],
    [
      'an address that is not a URI',
      withField('servers: [{server: a, type: s3, location: here}]'),
      'servers[0].location',
    ],
    ['a price as a string', withField('price: {priceAmount: much}'), 'price.priceAmount'],
    ['a day that does not exist', withField("team: [{username: a, dateIn: '2026-02-29'}]"), 'team[0].dateIn'],
    ['a time without a zone', withField("contractCreatedTs: '2026-01-01T00:00:00'"), 'contractCreatedTs'],
    ['a name that objects have of themselves', withField('constructor: x'), 'constructor'],
    ['another one', withField('__proto__: x'), '__proto__'],
    ['a physical type as a list', withColumn('physicalType: [text]'), 'schema[0].properties[1].physicalType'],
    [
      'an invalid reference',
      withColumn('relationships: [{to: somewhere}]'),
      'schema[0].properties[1].relationships[0].to',
    ],
    [
      'an unknown logical type',
      withText('logicalType: integer', 'logicalType: int'),
      'schema[0].properties[2].logicalType',
    ],
    [
      'a pattern of a number',
      withText('{minimum: 0,', "{pattern: '[0-9]+', minimum: 0,"),
      'schema[0].properties[2].logicalTypeOptions.pattern',
    ],
    [
      'an unknown option',
      withText('{minimum: 0,', '{minimumm: 0,'),
      'schema[0].properties[2].logicalTypeOptions.minimumm',
    ],
    [
      'a string as the bound of a number',
      withText('{minimum: 0,', "{minimum: '0',"),
      'schema[0].properties[2].logicalTypeOptions.minimum',
    ],
    [
      'an unknown format of an integer',
      withText('{minimum: 0,', '{format: long, minimum: 0,'),
      'schema[0].properties[2].logicalTypeOptions.format',
    ],
    ['a rule without a comparison', withQuality('{metric: nullValues}'), 'schema[0].properties[1].quality[0]'],
    [
      'a rule with two comparisons',
      withQuality('{metric: nullValues, mustBe: 0, mustBeLessThan: 3}'),
      'schema[0].properties[1].quality[0]',
    ],
    [
      'a rule with an unknown metric',
      withQuality('{metric: zeroValues, mustBe: 0}'),
      'schema[0].properties[1].quality[0].metric',
    ],
    [
      'a rule with an unknown field',
      withQuality('{metric: nullValues, mustBee: 0, mustBe: 0}'),
      'schema[0].properties[1].quality[0].mustBee',
    ],
    [
      'a rule with an unknown dimension',
      withQuality('{metric: nullValues, dimension: beauty, mustBe: 0}'),
      'schema[0].properties[1].quality[0].dimension',
    ],
    [
      'a between rule with one number',
      withQuality('{metric: nullValues, mustBeBetween: [1]}'),
      'schema[0].properties[1].quality[0].mustBeBetween',
    ],
    [
      'a threshold as a string',
      withQuality("{metric: nullValues, mustBeLessThan: '3'}"),
      'schema[0].properties[1].quality[0].mustBeLessThan',
    ],
    [
      'a rule of another tool without its engine',
      withQuality('{type: custom, implementation: x}'),
      'schema[0].properties[1].quality[0].engine',
    ],
    ['a service level without a value', withField('slaProperties: [{property: freshness}]'), 'slaProperties[0].value'],
    [
      'a custom property without a value',
      withText('{property: role, value: title}', '{property: role}'),
      'schema[0].properties[1].customProperties[0].value',
    ],
  ])('refuses %s', (_name, text, field) => {
    expect(refusalOf(text)).toContain(field);
    if (checkByStandard !== undefined) {
      const places = checkByStandard(parse(text)).map(({ path: place }) => fieldOf(place));
      expect(places.some((place) => place.startsWith(field) || field.startsWith(place))).toBe(true);
    }
  });

  run(`refuses a query that is not of type sql${note}`, () => {
    const text = withQuality('{query: SELECT 1, mustBe: 0}');
    expect(refusalOf(text)).toEqual(expect.arrayContaining(['schema[0].properties[1].quality[0].query']));
    expect(checkByStandard?.(parse(text))).not.toEqual([]);
  });

  it('accepts and keeps the rest of the standard', () => {
    const text = readFileSync(path.join(FIXTURES, 'everything.yaml'), 'utf8');
    expect(readContract(text, 'everything.yaml').quality.rules.map(({ name }) => name)).toEqual([
      'rowCount',
      'title, n: duplicateValues',
      'few',
      'all have one',
      'title: missingValues',
      'title: invalidValues',
      'title: duplicateValues',
      'title: query',
      'title: query',
      'freshness of day',
    ]);
  });
});

describe('the schemas of the standard', () => {
  const contracts = { everything, beyond };
  it.each(Object.entries(contracts))('accept the contract %s', (_name, content) => {
    expect(faultsByShapes(content)).toEqual([]);
  });

  run.each(Object.entries(contracts))(`agree with the JSON schema on each mutation of %s${note}`, (_name, contract) => {
    const disagreements: string[] = [];
    let count = 0;
    expect(checkByStandard?.(contract)).toEqual([]);
    for (const { part, at } of partsOf(contract)) {
      for (const mutation of mutationsOf(part, at)) {
        const content = mutated(part, mutation);
        const difference = differenceOn(content, mutation);
        count += 1;
        if (difference !== undefined) {
          disagreements.push(`${fieldOf(mutation.path)} ${mutation.what}: ${difference}`);
        }
      }
    }
    expect(disagreements).toEqual([]);
    expect(count).toBeGreaterThan(10_000);
  });

  function differenceOn(content: unknown, { path: place }: Mutation): string | undefined {
    const schema = checkByStandard?.(content) ?? [];
    const shapes = faultsByShapes(content).map((fault) => fault.path);
    if ((schema.length === 0) !== (shapes.length === 0)) {
      return schema.length === 0 ? `refused at ${shapes.map(fieldOf).join(', ')}` : 'accepted';
    }
    // A changed type changes which fields are allowed beside it, so the fault may be at a sibling.
    const stray = shapes.find((fault) => !isWithin(fault, place.slice(0, -1)));
    if (stray !== undefined) return `a fault elsewhere, at ${fieldOf(stray)}`;
    const ours = shapes.find((fault) => !schema.some((other) => isSame(other.path, fault)));
    if (ours !== undefined) return `only the shapes have a fault at ${fieldOf(ours)}`;
    const theirs = schema.find((fault) => !fault.isSecondary && !shapes.some((other) => isSame(fault.path, other)));
    return theirs === undefined ? undefined : `only the schema has a fault at ${fieldOf(theirs.path)}`;
  }

  it('report the faults of two places as they report each alone', () => {
    const faulty = sampleOf(everything, 29).filter((one) => faultsByShapes(mutated(everything, one)).length > 0);
    /** The part of the contract that a mutation can affect. */
    const reach = ({ path: place }: Mutation) => (place.length === 1 ? place : place.slice(0, -1));
    let pairs = 0;
    faulty.forEach((one, index) => {
      const other = faulty[(index * 97 + 31) % faulty.length] ?? one;
      if (isNear(reach(one), reach(other))) return;
      pairs += 1;
      const alone = [one, other].flatMap((mutation) => faultsByShapes(mutated(everything, mutation)));
      const together = faultsByShapes(mutated(mutated(everything, one), other));
      expect(together).toHaveLength(alone.length);
      expect(together).toEqual(expect.arrayContaining(alone));
    });
    expect(pairs).toBeGreaterThan(300);
  });
});

/** Where the pipeline refuses what the standard allows: docs/decisions/0018 gives the reasons. */
const NARROWER = [
  /^apiVersion$/,
  /^(?:id|version|status)$/,
  /^schema$/,
  /^schema\[\]\.(?:name|properties)$/,
  /^schema\[\]\.properties\[\]\.(?:name|logicalType|primaryKey|physicalName)$/,
  /^schema\[\]\.properties\[\]\.logicalTypeOptions\./,
  /^schema\[\]\.(?:properties\[\]\.)?quality\[\](?:$|\.(?:name|metric|rule|query|severity|unit)$)/,
  /^schema\[\]\.(?:properties\[\]\.)?quality\[\]\.arguments(?:$|\.)/,
  /^schema\[\]\.(?:properties\[\]\.)?quality\[\]\.must(?:Be|NotBe)(?:Between)?$/,
  /^slaProperties\[\](?:$|\.(?:value|unit|element)$)/,
  /^(?:schema\[\]\.properties\[\]\.)?customProperties\[\]\.(?:value|property)$/,
];

describe('the reader', () => {
  it('refuses everything that the schemas refuse, and more only at the listed places', () => {
    const more = new Set<string>();
    for (const mutation of sampleOf(everything, 23)) {
      const content = mutated(everything, mutation);
      const shapes = faultsByShapes(content).map((fault) => fieldOf(fault.path));
      const refusal = refusalOf(yamlOf(content)) ?? [];
      expect({ mutation, refusal }).toEqual({ mutation, refusal: expect.arrayContaining(shapes) as unknown });
      if (shapes.length === 0) for (const field of refusal) more.add(field.replaceAll(/\[\d+\]/g, '[]'));
    }
    const fields = [...more].sort();
    expect(fields.filter((field) => !NARROWER.some((place) => place.test(field)))).toEqual([]);
    expect(NARROWER.filter((place) => !fields.some((field) => place.test(field)))).toEqual([]);
  });
});

/** Each mutation of a field that every contract has, and some of the others. */
function sampleOf(contract: Record<string, unknown>, step: number): Mutation[] {
  const required = ['apiVersion', 'kind', 'id', 'version', 'status', 'schema'];
  return [...mutationsOf(contract)].filter(
    ({ path: place }, index) => index % step === 0 || (place.length === 1 && required.includes(String(place[0]))),
  );
}

/** JSON, which is YAML, with YAML notation for infinite numbers. */
function yamlOf(content: unknown): string {
  const text = JSON.stringify(content, (_key, value: unknown) =>
    value === Infinity ? '@.inf' : value === -Infinity ? '@-.inf' : value,
  );
  return text.replaceAll(/"@(-?\.inf)"/g, '$1');
}
