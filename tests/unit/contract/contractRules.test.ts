import { readContract, readContractWithNotes } from '../../../lib/contract/reading/readContract';
import { TEXT_FORMATS, textFormatPattern, type TextFormat } from '../../../lib/contract/textFormat';
import type { FaultList } from '../../../lib/problems/problem';
import { contractText } from '../../support/lake';

function faultsOf(text: string): (string | undefined)[] {
  try {
    readContract(text, 'notes.yaml');
  } catch (error) {
    return (error as FaultList).faults.map(({ where }) => where?.field);
  }
  return [];
}

const atTitle = (rules: string) => contractText().replace('name: title,', `name: title, quality: [${rules}],`);
const atTable = (rules: string) =>
  contractText().replace('    properties:', `    quality: [${rules}]\n    properties:`);
const withLevels = (levels: string) =>
  contractText().replace('status: active', `status: active\nslaProperties: [${levels}]`);
const column = (rest: string) =>
  contractText().replace('customProperties: [{"', `      - {name: extra, ${rest}}\ncustomProperties: [{"`);

describe('quality rules of a contract', () => {
  it('reports the faults of all rules at once, each with its path', () => {
    const rules = [
      '{metric: nullValues}',
      '{metric: nullValues, unit: kilograms, mustBe: 0}',
      '{metric: nullValues, arguments: {validValues: [a]}, mustBe: 0}',
      '{metric: rowCount, mustBe: 0}',
      '{metric: invalidValues, mustBe: 0}',
      "{metric: invalidValues, arguments: {pattern: '('}, mustBe: 0}",
      '{metric: nullValues, mustBe: none}',
      '{metric: nullValues, mustBeBetween: [3, 1]}',
      '{metric: nullValues, severity: fatal, mustBe: 0}',
      '{type: sql, mustBe: 0}',
      "{type: sql, query: 'SELECT ${x}', mustBe: 0}",
      '{mustBe: 0}',
    ];
    const at = 'schema[0].properties[1].quality';
    expect(faultsOf(atTitle(rules.join(', ')).replace('maximum: 1000', 'maximum: x'))).toEqual([
      `${at}[9].query`,
      `${at}[0]`,
      `${at}[1].unit`,
      `${at}[2].arguments.validValues`,
      `${at}[3].metric`,
      `${at}[4].arguments`,
      `${at}[5].arguments.pattern`,
      `${at}[6].mustBe`,
      `${at}[7].mustBeBetween`,
      `${at}[8].severity`,
      `${at}[10].query`,
      `${at}[11].metric`,
      'schema[0].properties[2].logicalTypeOptions.maximum',
    ]);
  });

  it.each([
    ['{metric: nullValues, mustBe: 0}', 'quality[0].metric'],
    ['{metric: rowCount, unit: percent, mustBe: 0}', 'quality[0].unit'],
    ['{metric: duplicateValues, mustBe: 0}', 'quality[0].arguments'],
    ['{metric: duplicateValues, arguments: {properties: [id, nope]}, mustBe: 0}', 'quality[0].arguments.properties[1]'],
    ["{type: sql, query: 'SELECT ${column} FROM ${table}', mustBe: 0}", 'quality[0].query'],
  ])('refuses %s in a rule of the table', (rule, field) => {
    expect(faultsOf(atTable(rule))).toEqual([`schema[0].${field}`]);
  });

  it.each([
    ['{property: freshness, value: soon, element: day}', 'slaProperties[0].value'],
    ['{property: freshness, value: 1, unit: fortnight, element: day}', 'slaProperties[0].unit'],
    ['{property: freshness, value: 1, element: notes.title}', 'slaProperties[0].element'],
    ['{property: freshness, value: 1}', 'slaProperties[0]'],
    ['{property: latency, value: 4, unti: d}', 'slaProperties[0].unti'],
  ])('refuses the service level %s', (level, field) => {
    expect(faultsOf(withLevels(level))).toEqual([field]);
  });

  it('warns about rules that it does not evaluate', () => {
    const text = withLevels('{property: retention, value: 3, unit: y}').replace(
      'name: title,',
      'name: title, quality: [{type: text, description: nice}, {type: custom, engine: soda, implementation: x}],',
    );
    expect(readContractWithNotes(text, 'notes.yaml').remarks).toEqual([
      'schema[0].properties[1].quality[0]: rules of type text are not evaluated by the pipeline.',
      'schema[0].properties[1].quality[1]: rules of type custom are not evaluated by the pipeline.',
      'slaProperties[0]: the service level retention is not evaluated by the pipeline.',
    ]);
  });
});

describe('source options', () => {
  it('are read, with defaults', () => {
    expect(readContract(contractText(), 'notes.yaml').source).toEqual({
      glob: '*.csv',
      delimiter: ',',
      quote: '"',
      encoding: 'utf-8',
      compression: 'auto',
      format: 'csv',
      nullText: '',
    });
    const custom = { encoding: 'utf-16le', compression: 'gzip', format: 'ndjson', glob: '*.ndjson.gz' };
    expect(readContract(contractText({ custom }), 'notes.yaml').source).toMatchObject(custom);
  });

  it.each([
    ['encoding', 'latin-1'],
    ['compression', 'zip'],
    ['format', 'json'],
    ['quote', '`'],
    ['delimiter', 'ab'],
    ['glob', ''],
    ['nullText', '"'],
  ])('%s is not %j', (property, value) => {
    expect(faultsOf(contractText({ custom: { [property]: value } }))).toEqual(['customProperties[1].value']);
  });
});

describe('bounds and formats', () => {
  it.each([
    ['logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 5, maximum: 5}', 'maximum'],
    ['logicalType: integer, logicalTypeOptions: {minimum: "5"}', 'minimum'],
    ['logicalType: integer, logicalTypeOptions: {format: u64}', 'format'],
    ['logicalType: integer, logicalTypeOptions: {format: u8, minimum: 256}', 'minimum'],
    ['logicalType: date, logicalTypeOptions: {minimum: "2026-02-30"}', 'minimum'],
    ['logicalType: date, logicalTypeOptions: {maximum: 2026}', 'maximum'],
    ['logicalType: timestamp, logicalTypeOptions: {exclusiveMaximum: "2026-01-01 10:00"}', 'exclusiveMaximum'],
    ['logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Europe/Paris}', 'defaultTimezone'],
    ['logicalType: date, logicalTypeOptions: {timezone: true}', 'timezone'],
    ['logicalType: string, logicalTypeOptions: {format: binary}', 'format'],
    ['logicalType: integer, logicalTypeOptions: {multipleOf: 5}', 'multipleOf'],
  ])('refuses %s', (rest, option) => {
    expect(faultsOf(column(rest))).toEqual([`schema[0].properties[5].logicalTypeOptions.${option}`]);
  });

  it.each<[TextFormat, string[], string[]]>([
    ['email', ['a@b.co', "o'neil+x@mail.example.org"], ['a@b', 'a b@c.de', '@b.co', 'a@b..co', 'a@-b.co']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000', 'x']],
    ['uri', ['https://example.org/a?b=c#d', 'urn:isbn:0451450523'], ['example.org', 'http://a b', '']],
    ['hostname', ['example.org', 'localhost', 'a-b.c1'], ['-a', 'a..b', 'a_b', 'a-']],
    ['ipv4', ['0.0.0.0', '255.255.255.255'], ['256.1.1.1', '1.1.1', '01.1.1.1']],
    [
      'ipv6',
      ['::', '::1', '1::', '2001:db8::8a2e:370:7334', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
      ['1:2:3:4:5:6:7', '1::2::3', ':::', '1:2:3:4:5:6:7:8:9', '12345::'],
    ],
    ['byte', ['', 'YQ==', 'YWI=', 'YWJj'], ['YQ=', 'Y', 'Y?==']],
  ])('%s', (format, fitting, others) => {
    expect(TEXT_FORMATS).toContain(format);
    const pattern = new RegExp(`^(?:${textFormatPattern(format)})$`);
    expect(fitting.filter((text) => !pattern.test(text))).toEqual([]);
    expect(others.filter((text) => pattern.test(text))).toEqual([]);
  });

  it('accept a length bound when one column is key, title and text', () => {
    const short = (options: string) => `
      - {name: line, logicalType: string, primaryKey: true${options}, customProperties: [{property: role, value: id}, {property: role, value: title}, {property: role, value: text}]}
      - {name: n, logicalType: integer}`;
    expect(faultsOf(contractText({ columns: short('') }))).toEqual(['schema[0].properties[0]']);
    expect(faultsOf(contractText({ columns: short(', logicalTypeOptions: {maxLength: 501}') }))).toHaveLength(1);
    expect(faultsOf(contractText({ columns: short(', logicalTypeOptions: {maxLength: 500}') }))).toEqual([]);
  });

  it('accept the role access only for a text column', () => {
    const columns = (type: string) => `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}, {property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}
      - {name: readers, logicalType: ${type}, customProperties: [{property: role, value: access}]}`;
    expect(faultsOf(contractText({ columns: columns('integer') }))).toEqual(['schema[0].properties[2].logicalType']);
    expect(faultsOf(contractText({ columns: columns('string') }))).toEqual([]);
  });
});
