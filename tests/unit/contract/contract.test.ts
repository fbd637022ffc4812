import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contractFolder } from '../../../lib/contract/contractCatalog';
import { createAccessFinder } from '../../../lib/documents/documentAccess';
import { readContract } from '../../../lib/contract/reading/readContract';
import { strptimeFormat, timeFormatFault, timeShape } from '../../../lib/contract/timeFormat';
import type { FaultList } from '../../../lib/problems/problem';
import { contractText, errorOf, SAMPLE_CONTRACTS } from '../../support/lake';

function faultsOf(text: string): { message: string; line?: number; field?: string }[] {
  try {
    readContract(text, 'notes.yaml');
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONTRACT_INVALID' });
    return (error as FaultList).faults.map(({ message, found, where }) => ({ message, found, ...where }));
  }
  throw new Error('expected faults');
}

// A complete table, so that only the number of tables is wrong.
const SECOND_TABLE = contractText().split('schema:\n')[1]?.split('customProperties: [{"')[0]?.trimEnd() ?? '';
const column = (rest: string) => `      - {name: extra, ${rest}}`;
const withColumn = (rest: string) =>
  contractText().replace('customProperties: [{"', `${column(rest)}\ncustomProperties: [{"`);

describe('reading a contract', () => {
  it('reads whether an empty text is null, by column and for all texts', () => {
    const empty = (columnRest: string, custom = {}) =>
      readContract(withColumn(columnRest).replace('[{"', `[${JSON.stringify(custom)},{"`), 'notes.yaml').columns.find(
        ({ name }) => name === 'extra',
      )?.emptyIsNull;
    const all = { property: 'emptyIsNull', value: true };
    const own = (value: unknown) => `customProperties: [{property: emptyIsNull, value: ${String(value)}}]`;
    const other = { property: 'owner', value: 'us' };
    expect(empty('logicalType: string', other)).toBeUndefined();
    expect(empty('logicalType: string', all)).toBe(true);
    expect(empty(`logicalType: string, ${own(false)}`, all)).toBe(false);
    expect(empty(`logicalType: string, ${own(true)}`, other)).toBe(true);
    expect(empty('logicalType: integer', all)).toBeUndefined();
    expect(empty(`logicalType: integer, ${own(false)}`, other)).toBe(false);
    expect(faultsOf(withColumn(`logicalType: string, ${own("'yes'")}`))).toMatchObject([
      { field: 'schema[0].properties[5].customProperties[0].value', found: '"yes"' },
    ]);
  });

  it.each([
    [
      'no columns',
      / {4}properties:\n[^]*?\ncustom/,
      '\ncustom',
      'schema[0].properties',
      'expected a list; it is missing',
    ],
    [
      'one column',
      /(- \{name: id[^]*?)\n[^]*?\ncustom/,
      '$1\ncustom',
      'schema[0].properties',
      'expected 2 or more entries',
    ],
    ['a number as version', 'version: 1.0.0', 'version: 1', 'version', 'expected text'],
    ['no id', 'id: test\n', '', 'id', 'expected text; it is missing'],
    ['another kind', 'kind: DataContract', 'kind: Contract', 'kind', 'expected "DataContract"'],
    ['a text as number', '"value":1', '"value":"1"', 'customProperties[0].value', 'expected a number'],
  ])('says what is expected, with %s', (_title, from, to, field, message) => {
    expect(faultsOf(contractText().replace(from, to))).toContainEqual(expect.objectContaining({ field, message }));
  });

  it('reads the sample', async () => {
    const contract = await contractFolder(SAMPLE_CONTRACTS).get('state-of-the-union');
    expect(contract).toMatchObject({
      dataset: 'state-of-the-union',
      roles: {
        id: 'doc_id',
        title: 'title',
        text: 'body',
        author: 'author',
        date: 'published_at',
        category: 'category',
      },
      source: { glob: '*.csv', delimiter: ',', quote: '"', encoding: 'utf-8', nullText: '' },
      quality: { maxRejectShare: 0.01 },
    });
    expect(contract.columns.map(({ name, required }) => [name, required])).toEqual([
      ['doc_id', true],
      ['title', true],
      ['author', true],
      ['published_at', true],
      ['category', false],
      ['body', true],
    ]);
    expect(contract.columns[3]).toEqual({
      name: 'published_at',
      logicalType: 'date',
      required: true,
      unique: false,
      primaryKey: false,
      format: '%Y-%m-%d',
    });
  });

  it('makes a primary key required and unique', () => {
    expect(readContract(contractText(), 'notes.yaml').columns[0]).toMatchObject({ required: true, unique: true });
  });

  it('reports all faults of a file at once, each with line and path', () => {
    const text = contractText({ custom: { delimiter: ';;', maxRejectShare: 2 } })
      .replace('pattern: ', 'pattern: "(?=x)", minimum: 3, patern: ')
      .replace('value: title', 'value: titel');
    expect(faultsOf(text).map(({ line, field }) => [line, field])).toEqual([
      [10, 'schema[0].properties[0].logicalTypeOptions.minimum'],
      [10, 'schema[0].properties[0].logicalTypeOptions.patern'],
      [10, 'schema[0].properties'],
      [11, 'schema[0].properties[1].customProperties[0].value'],
      [15, 'customProperties[1].value'],
      [15, 'customProperties[0].value'],
    ]);
    const corrected = text.replace(/patern: '[^']*'/, 'maxLength: 3');
    expect(faultsOf(corrected).map(({ line, field }) => [line, field])).toEqual([
      [10, 'schema[0].properties[0].logicalTypeOptions.minimum'],
      [10, 'schema[0].properties[0].logicalTypeOptions.pattern'],
      [10, 'schema[0].properties'],
      [11, 'schema[0].properties[1].customProperties[0].value'],
      [15, 'customProperties[1].value'],
      [15, 'customProperties[0].value'],
    ]);
  });

  it('reports found and expected values for faults against the standard', () => {
    const fields = `tags: nope
price: {priceAmount: much, discount: 1}
servers: [{server: a, type: s3, location: here}]
kind:`;
    expect(faultsOf(contractText().replace('kind:', fields))).toEqual([
      expect.objectContaining({
        field: 'tags',
        found: '"nope"',
        message: 'expected a list',
      }),
      expect.objectContaining({ field: 'price.priceAmount', found: '"much"' }),
      expect.objectContaining({ field: 'price.discount', message: expect.stringContaining('not a field') as string }),
      expect.objectContaining({
        field: 'servers[0].location',
        line: 4,
        found: '"here"',
        message: 'expected a URI, e.g. https://example.org/data',
      }),
    ]);
  });

  it.each([
    [
      'a file of another kind',
      'title: something\n',
      ['apiVersion', 'kind', 'id', 'version', 'status', 'title', 'schema'],
    ],
    ['broken YAML', 'kind: [DataContract\n', [undefined]],
    ['two tables', contractText().replace('schema:', `schema:\n${SECOND_TABLE}`), ['schema']],
  ])('refuses %s', (_name, text, fields) => {
    expect(faultsOf(text).map(({ field }) => field)).toEqual(fields);
  });

  it('reports faults of source options, each with its own path', () => {
    const sqlSource = { query: 'delete from x', watermarkColumn: '', connectionSetting: 'PASSWORD' };
    expect(faultsOf(contractText({ custom: { sqlSource, encoding: 'latin-1' } })).map(({ field }) => field)).toEqual([
      'customProperties[2].value',
      'customProperties[1].value.query',
      'customProperties[1].value.watermarkColumn',
      'customProperties[1].value.connectionSetting',
    ]);
  });

  it.each([
    [{ delimiter: "'", quote: "'" }, 'customProperties[1].value'],
    [{ nullText: '-', delimiter: '-' }, 'customProperties[1].value'],
    [{ nullText: 'n,a' }, 'customProperties[1].value'],
  ])('refuses source options that contradict each other: %j', (custom, field) => {
    expect(faultsOf(contractText({ custom }))).toEqual([expect.objectContaining({ field })]);
  });

  it('refuses a repeated source option', () => {
    const text = contractText().replace(
      'customProperties: [{"',
      'customProperties: [{property: glob, value: a}, {property: glob, value: b}, {"',
    );
    expect(faultsOf(text)).toEqual([
      expect.objectContaining({
        field: 'customProperties[1].property',
        message: 'customProperties[0] sets glob too.',
      }),
    ]);
  });

  it('reports a repeated column name together with other faults of the column', () => {
    const text = withColumn('logicalType: int').replace('name: extra', 'name: title');
    expect(faultsOf(text).map(({ field }) => field)).toEqual([
      'schema[0].properties[5].logicalType',
      'schema[0].properties[5].name',
    ]);
  });

  it.each([
    ['an alias without an anchor', 'kind: *nothing\n'],
    [
      'aliases that would expand without limit',
      `a0: &a0 [x]\n${Array.from({ length: 9 }, (_unused, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]\n`).join('')}`,
    ],
  ])('refuses %s', (_name, text) => {
    expect(faultsOf(text)).toHaveLength(1);
  });

  it.each([
    ['logicalType: text', 'logicalType'],
    ['logicalType: string, logicalTypeOptions: {pattern: "("}', 'logicalTypeOptions.pattern'],
    ['logicalType: string, logicalTypeOptions: {pattern: "(a)\\\\1"}', 'logicalTypeOptions.pattern'],
    ['logicalType: string, logicalTypeOptions: {minLength: 5, maxLength: 4}', 'logicalTypeOptions.minLength'],
    ['logicalType: integer, logicalTypeOptions: {minimum: 5, maximum: 4}', 'logicalTypeOptions.minimum'],
    ['logicalType: integer, logicalTypeOptions: {minLength: 5}', 'logicalTypeOptions.minLength'],
    ['logicalType: date, logicalTypeOptions: {format: "QQQ yyyy"}', 'logicalTypeOptions.format'],
    ['logicalType: date, logicalTypeOptions: {format: "%d %Q %Y"}', 'logicalTypeOptions.format'],
    ['logicalType: timestamp, logicalTypeOptions: {format: "HH:mm"}', 'logicalTypeOptions.format'],
    ['logicalType: string, quality: [{metric: nullValues}]', 'quality[0]'],
    ['logicalType: string, primaryKey: true', undefined],
  ])('refuses a column with %s', (rest, option) => {
    const field = option === undefined ? 'schema[0].properties[0].primaryKey' : `schema[0].properties[5].${option}`;
    expect(faultsOf(withColumn(rest))).toEqual([expect.objectContaining({ field })]);
  });

  it.each([
    ['name: extra', 'name: ID', 'schema[0].properties[5].name'],
    ['name: extra', 'name: Content_Hash', 'schema[0].properties[5].name'],
    ['name: extra', 'name: "two words"', 'schema[0].properties[5].name'],
    ['name: extra', 'name: other, physicalName: title', 'schema[0].properties[5].physicalName'],
    ['name: notes', 'name: My Notes', 'schema[0].name'],
  ])('refuses %s made to %s', (from, to, field) => {
    expect(faultsOf(withColumn('logicalType: string').replace(from, to))).toEqual([expect.objectContaining({ field })]);
  });
});

describe('time formats', () => {
  it.each([
    ['yyyy-MM-dd', '%Y-%m-%d'],
    ["yyyy-MM-dd'T'HH:mm:ss'Z'", '%Y-%m-%dT%H:%M:%SZ'],
    ['dd-MMM-yy', '%d-%b-%y'],
    ["h 'o''clock' a", undefined],
    ['%d.%m.%Y', '%d.%m.%Y'],
    ['yyyy-DDD', undefined],
    ["yyyy'", undefined],
    ["yyyy 'o''clock'", "%Y o'clock"],
  ])('%s is %s', (pattern, expected) => {
    expect(strptimeFormat(pattern)).toBe(expected);
  });

  it.each([
    ['%Q %Y', 'The format has an unknown part.'],
    ['%Y-%', 'The format has an unknown part.'],
    ['%d.%m', 'The format has no year.'],
    ['%Y%%', undefined],
    ['%-d.%-m.%y', undefined],
  ])('%s: %s', (format, fault) => {
    expect(timeFormatFault(format)).toBe(fault);
  });

  it('match their values exactly', () => {
    const shape = new RegExp(`^(?:${timeShape('%d.%m.%Y (%H:%M)').pattern})$`);
    expect(['01.02.2026 (10:00)', '1.2.2026 (9:00)', '31.12.0001 (00:00)'].filter((text) => !shape.test(text))).toEqual(
      [],
    );
    const others = [
      '01.02.26 (10:00)',
      '01.02.0000 (10:00)',
      '01.02.2026  (10:00)',
      ' 1.2.2026 (9:00)',
      '01x02x2026 (10:00)',
    ];
    expect(others.filter((text) => shape.test(text))).toEqual([]);
  });
});

describe('a YAML text that is too much', () => {
  it('is refused when it is too long', () => {
    expect(faultsOf(`description: ${'x'.repeat(1_000_000)}`)).toEqual([
      { message: 'The text is too long.', found: '1000013 characters', file: 'notes.yaml' },
    ]);
  });

  it('has its first 100 faults listed', () => {
    const faults = faultsOf(Array.from({ length: 30_000 }, (_unused, index) => `key-${index}: 1\n`).join(''));
    expect(faults).toHaveLength(100);
  });

  it('has the line of each key that is repeated, on every level', () => {
    expect(faultsOf('a: 1\nb: {c: 1,\n  c: 2}\na: 2\n')).toEqual([
      { message: 'Map keys must be unique', found: undefined, file: 'notes.yaml', line: 3 },
      { message: 'Map keys must be unique', found: undefined, file: 'notes.yaml', line: 4 },
    ]);
  });

  it('may be nested very deeply without ending the process', () => {
    expect(faultsOf('['.repeat(100_000)).length).toBeGreaterThan(0);
    expect(faultsOf('? '.repeat(5_000)).length).toBeGreaterThan(0);
  });
});

describe('the contracts folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'contracts-'));
    await writeFile(path.join(folder, 'notes.yaml'), contractText());
    await writeFile(path.join(folder, 'other.yml'), contractText());
    await writeFile(path.join(folder, 'broken.yaml'), 'kind: [');
    await writeFile(path.join(folder, 'README.md'), '');
    await writeFile(path.join(folder, 'Not A Dataset.yaml'), '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lists its datasets, and reads one even if another is invalid', async () => {
    expect(await contractFolder(folder).names()).toEqual(['broken', 'notes', 'other']);
    expect((await contractFolder(folder).get('notes')).dataset).toBe('notes');
    expect(await errorOf(contractFolder(folder).get('broken'))).toMatchObject({ code: 'CONTRACT_INVALID' });
  });

  it('lists the known datasets in the problem of an unknown one', async () => {
    expect(await errorOf(contractFolder(folder).get('note'))).toMatchObject({
      code: 'DATASET_UNKNOWN',
      status: 404,
      found: 'note',
      expected: 'broken, notes, other',
    });
  });

  it.each(['../notes', 'Notes', 'a b', '', 'a--b', '-a', 'ä', 'a'.repeat(64)])(
    'refuses a path as a name: %j',
    async (name) => {
      expect(await errorOf(contractFolder(folder).get(name))).toMatchObject({
        code: 'DATASET_NAME_INVALID',
        status: 400,
      });
    },
  );

  it('requires that the table has the name of the file', async () => {
    expect(await errorOf(contractFolder(folder).get('other'))).toMatchObject({
      code: 'CONTRACT_INVALID',
      faults: [expect.objectContaining({ found: 'notes', expected: 'other' })],
    });
  });

  it('reports a missing folder', async () => {
    const error = await errorOf(contractFolder(path.join(folder, 'none')).names());
    expect(error).toMatchObject({ code: 'CONTRACTS_FOLDER_NOT_FOUND' });
  });

  it('refuses two files for one dataset, and names both', async () => {
    await writeFile(path.join(folder, 'two.yaml'), contractText({ dataset: 'two' }));
    await writeFile(path.join(folder, 'two.yml'), contractText({ dataset: 'two' }));
    const catalog = contractFolder(folder);
    expect(await errorOf(catalog.get('two'))).toMatchObject({
      code: 'CONTRACT_INVALID',
      faults: [{ code: 'CONTRACT_AMBIGUOUS', found: 'two.yaml, two.yml' }],
    });
    expect((await catalog.names()).filter((name) => name === 'two')).toEqual(['two']);
    // So that a file without limits cannot open what the other one limits.
    expect(await createAccessFinder(catalog)([])).toMatchObject({
      datasets: { restricted: expect.arrayContaining(['two']) as string[] },
    });
  });

  it('says what is wrong with a file that cannot be read, and does not wait for a pipe', async () => {
    await mkdir(path.join(folder, 'afolder.yaml'));
    await symlink(path.join(folder, 'nothing'), path.join(folder, 'alink.yaml'));
    execFileSync('mkfifo', [path.join(folder, 'apipe.yaml')]);
    for (const dataset of ['afolder', 'alink', 'apipe']) {
      expect(await errorOf(contractFolder(folder).get(dataset))).toMatchObject({
        code: 'CONTRACT_FILE_UNREADABLE',
        where: { file: `${dataset}.yaml` },
      });
    }
  });
});
