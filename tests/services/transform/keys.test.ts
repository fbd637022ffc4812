import fc from 'fast-check';
import { commitRun } from '../../../lib/ingest/commitRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { readQuarantine } from '../../../lib/quarantine/quarantinePage';
import { dropRepeatedKeys } from '../../../lib/transform/dropRepeatedKeys';
import { findRepeatedKeys } from '../../../lib/transform/findRepeatedKeys';
import { addContract, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

const COLUMNS = `
      - {name: url, logicalType: string, primaryKey: true, primaryKeyPosition: 1, customProperties: [{property: role, value: title}]}
      - {name: segment, logicalType: integer, primaryKey: true, primaryKeyPosition: 2}
      - {name: at, logicalType: timestamp}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;
const HEADER = 'url,segment,at,body\n';
const SINGLE = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: version, logicalType: integer, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;
const DATE = '2026-01-01';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

interface Input {
  columns?: string;
  custom?: Record<string, unknown>;
  files: string[];
  header?: string;
  /** Bytes after which a file is split. */
  range?: number;
}

let count = 0;
async function keyFor({ columns = COLUMNS, custom = {}, files, header = HEADER }: Input) {
  const dataset = `keys-${(count += 1)}`;
  await addContract(lake, { dataset, columns, custom });
  for (const [index, records] of files.entries()) await lake.drop(dataset, DATE, `${index}.csv`, header + records);
  return { dataset, date: DATE, runId: 'run-1' };
}

async function run(input: Input) {
  const key = await keyFor(input);
  const result = await ingest(input.range === undefined ? lake : { ...lake, rangeLengthInBytes: input.range }, key);
  const documents = await lake.documents(key.dataset, DATE);
  const quarantine = await lake.quarantine(key);
  return {
    key,
    ...result,
    ids: documents.map(({ docId }) => docId).sort(),
    texts: documents.map(({ text }) => text).sort(),
    codes: quarantine.map(({ code }) => code),
    quarantine,
  };
}

describe('a key of several columns', () => {
  it('keeps every record that differs in one of them, with an id of both values', async () => {
    const { rows, ids, codes } = await run({ files: ['a,1,,x\na,2,,x\nb,1,,x\na,1,,again\na,,,x\n'] });
    expect([rows, ids, codes]).toEqual([3, ['a|1', 'a|2', 'b|1'], ['ROW_DUPLICATE_KEY', 'ROW_VALUE_REQUIRED']]);
  });

  it('uses typed values, so that 007 and 7 are one key', async () => {
    const { ids, codes } = await run({ files: ['a,7,,x\na,007,,x\n'] });
    expect([ids, codes]).toEqual([['a|7'], ['ROW_DUPLICATE_KEY']]);
  });

  it('rejects a key that is too long for an index', async () => {
    const columns = COLUMNS.replace('segment, logicalType: integer', 'segment, logicalType: string');
    const { rows, quarantine } = await run({
      columns,
      files: [`a,b,,x\n${'u'.repeat(1500)},${'s'.repeat(1500)},,x\n`],
    });
    expect([rows, quarantine]).toMatchObject([1, [{ code: 'ROW_VALUE_LENGTH', column: null }]]);
  });

  it('gives different keys different ids, whatever their texts contain', async () => {
    const columns = COLUMNS.replace('segment, logicalType: integer', 'segment, logicalType: string');
    const part = fc.string({ unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', 'a'), minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(part, part), { minLength: 20, maxLength: 60, selector: String }),
        async (keys) => {
          const { ids } = await run({ columns, files: [keys.map(([a, b]) => `"${a}","${b}",,x\n`).join('')] });
          expect(new Set(ids).size).toBe(keys.length);
        },
      ),
      { numRuns: 4 },
    );
  });

  it('cannot replace the key of one column that a table has', async () => {
    const { key } = await run({ columns: SINGLE, header: 'id,version,body\n', files: ['a,1,x\n'] });
    const columns = SINGLE.replace(', customProperties: [{property: role, value: id}]', '').replace(
      'version, logicalType: integer,',
      'version, logicalType: integer, primaryKey: true,',
    );
    await addContract(lake, { dataset: key.dataset, columns });
    const error = await errorOf(ingest(lake, { ...key, runId: 'run-2' }));
    expect(error).toMatchObject({ code: 'LAKE_SCHEMA_INCOMPATIBLE', where: { column: 'derived_id' } });
  });
});

describe('a hash of the row as the key', () => {
  const columns = COLUMNS.replaceAll(/ primaryKey: true, primaryKeyPosition: .(, |\})/g, ' $1')
    .replaceAll(' , ', ' ')
    .replaceAll(', }', '}');
  it('makes a row of each different record, with the same ids in every run', async () => {
    const custom = { key: 'rowHash', repeatedKeys: 'keepFirst' };
    const files = ['a,1,,x\na,1,,y\na,1,,x\n"a",1,,x\n'];
    const first = await run({ columns, custom, files });
    expect([first.rows, first.dropped, first.rejected]).toEqual([2, 2, 0]);
    expect(first.ids.every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
    expect((await run({ columns, custom, files })).ids).toEqual(first.ids);
  });
});

describe('records that repeat a key', () => {
  const header = 'id,version,body\n';
  const files = ['a,1,a1\nb,5,b5\na,3,a3\n', 'a,2,a2\nb,5,b5-again\nc,,c\n', 'c,1,c1\na,3,a3-again\n'];
  const policies: [string, unknown, string[]][] = [
    ['the first', 'keepFirst', ['a1', 'b5', 'c']],
    ['the last by a column', { keepLastBy: 'version' }, ['a3-again', 'b5-again', 'c1']],
  ];

  it.each(policies)('leave %s over all parts, however the files are split', async (_title, repeatedKeys, texts) => {
    for (const range of [undefined, 1]) {
      const custom = { repeatedKeys, maxRejectShare: 0 };
      const result = await run({ columns: SINGLE, header, custom, files, range });
      expect([result.texts, result.rejected, result.dropped]).toEqual([texts, 0, 5]);
      expect(result.codes).toEqual(Array.from({ length: 5 }, () => 'ROW_DUPLICATE_DROPPED'));
    }
  });

  it('are in quarantine with their text, their place and the record that is kept', async () => {
    const { key, quarantine } = await run({ columns: SINGLE, header, custom: { repeatedKeys: 'keepFirst' }, files });
    expect(quarantine.find(({ raw }) => raw === 'a,2,a2')).toMatchObject({
      file: `${key.dataset}/${DATE}/1.csv`,
      record: 1,
      line: 2,
      column: 'id',
      found: 'a',
      expected: `of each key the first record; record 1 of ${key.dataset}/${DATE}/0.csv is kept`,
    });
    const page = await readQuarantine(lake, key, { limit: 50, code: 'ROW_DUPLICATE_DROPPED' }, () => true);
    expect(page.records).toHaveLength(5);
  });

  it('are dropped once when the steps are repeated, also when a part has none left', async () => {
    const key = await keyFor({
      columns: SINGLE,
      header,
      custom: { repeatedKeys: 'keepFirst' },
      files: ['a,1,x\n', 'a,2,y\n', 'b,1,z\n'],
    });
    await stageRun(lake, key);
    for (let part = 0; part < 3; part += 1) await dropRepeatedKeys(lake, key, part);
    expect(await findRepeatedKeys(lake, key)).toEqual({ rows: 0, parts: 0 });
    expect((await evaluateRun(lake, key)).passed).toBe(true);
    expect(await commitRun(lake, key)).toMatchObject({ rows: 2, rejected: 0, dropped: 1, parts: 2 });
    expect(await lake.quarantine(key)).toHaveLength(1);
  });

  it('close the gate without a policy, by a rule that nobody can approve', async () => {
    const key = await keyFor({ columns: SINGLE, header, files });
    await stageRun(lake, key);
    const { passed, rules } = await evaluateRun(lake, key);
    expect([passed, rules.find(({ rule }) => rule === 'id is unique over all parts')]).toMatchObject([
      false,
      { passed: false, isBinding: true },
    ]);
  });
});
