import { addContract, ingest, stageRun, startLake, type ContractOptions, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

describe('bounds and formats in the transform', () => {
  const columns = (rest: string): ContractOptions['columns'] => `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: value, ${rest}, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;

  it.each<[string, string, string[], [string, string][]]>([
    [
      'exclusive',
      'logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 1, exclusiveMaximum: 3}',
      ['2'],
      [
        ['1', 'a number more than 1 and less than 3'],
        ['3', 'a number more than 1 and less than 3'],
      ],
    ],
    [
      'eight-bit',
      'logicalType: integer, logicalTypeOptions: {format: i8}',
      ['-128', '127'],
      [['128', 'a number at least -128 and at most 127']],
    ],
    [
      'days',
      'logicalType: date, logicalTypeOptions: {minimum: "2026-01-01", exclusiveMaximum: "2026-02-01"}',
      ['2026-01-01', '2026-01-31'],
      [
        ['2025-12-31', 'a date at least 2026-01-01 and less than 2026-02-01'],
        ['2026-02-01', 'a date at least 2026-01-01 and less than 2026-02-01'],
      ],
    ],
    [
      'moments',
      'logicalType: timestamp, logicalTypeOptions: {maximum: "2026-01-01T12:00:00Z", timezone: true}',
      ['2026-01-01T12:00:00Z'],
      [['2026-01-01T12:00:01Z', 'a time at most 2026-01-01T12:00:00Z']],
    ],
    [
      'formats',
      'logicalType: string, logicalTypeOptions: {format: ipv6}',
      ['::1', '1:2:3:4:5:6:7:8'],
      [['1::2::3', 'text of the format ipv6']],
    ],
  ])('%s', async (name, rest, accepted, rejected) => {
    await addContract(lake, { dataset: name, columns: columns(rest) });
    const key = { dataset: name, date: '2026-01-01', runId: 'run-1' };
    const values = [...accepted, ...rejected.map(([value]) => value)];
    const records = values.map((value, index) => `k-${index},${value},text\n`).join('');
    await lake.drop(name, key.date, 'a.csv', `id,value,body\n${records}`);
    expect(await stageRun(lake, key)).toMatchObject({ rows: accepted.length, rejected: rejected.length });
    const found = (await lake.quarantine(key)).map(({ found: value, expected }) => [value, expected]);
    expect(found).toEqual(rejected);
  });

  it('one column may be key, title and text if its length is bounded', async () => {
    const short = (options: string) => `
      - {name: line, logicalType: string, primaryKey: true${options}, customProperties: [{property: role, value: id}, {property: role, value: title}, {property: role, value: text}]}
      - {name: n, logicalType: integer}`;
    await addContract(lake, { dataset: 'lines', columns: short(', logicalTypeOptions: {maxLength: 500}') });
    await lake.drop('lines', '2026-01-01', 'a.csv', 'line,n\none line,1\n');
    await ingest(lake, { dataset: 'lines', date: '2026-01-01', runId: 'run-1' });
    const [row] = await lake.documents('lines', '2026-01-01');
    expect([row?.docId, row?.title, row?.text]).toEqual(['one line', 'one line', 'one line']);
  });
});
