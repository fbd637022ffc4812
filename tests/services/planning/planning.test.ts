import fc from 'fast-check';
import { splitFile } from '../../../lib/planning/splitFile';
import { fileNameTest } from '../../../lib/contract/fileNames';
import { planRun } from '../../../lib/planning/planRun';
import { plannedRanges } from '../../../lib/planning/readPlan';
import { transformRange } from '../../../lib/transform/transformRange';
import { chunksOf } from '../../support/chunksOf';
import { csvText, oracleRecords } from '../../support/csvText';
import { addContract, errorOf, ingest, startLake, type TestLake } from '../../support/lake';

const HEADER = 'id,title,n,day,body\n';
const DIALECT = { delimiter: 0x2c, quote: 0x22 };

async function split(text: string, rangeLength: number) {
  const bytes = Buffer.from(HEADER + text);
  const header = { length: HEADER.length, firstLine: 2, columns: [] };
  return {
    bytes,
    ...(await splitFile({ path: 'a.csv', size: bytes.length, stream: chunksOf(bytes) }, header, DIALECT, rangeLength)),
  };
}

describe('splitting a file', () => {
  it('makes ranges with the records of the whole file and exact record and line numbers', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, fc.integer({ min: 1, max: 60 }), async (text, rangeLength) => {
        const { bytes, ranges, records } = await split(text, rangeLength);
        const whole = oracleRecords(bytes.subarray(HEADER.length));
        expect(records).toBe(whole.length);
        let expectedFirst = 1;
        const read: string[][] = [];
        for (const range of ranges) {
          expect(range.firstRecord).toBe(expectedFirst);
          expect(range.firstLine).toBe(bytes.subarray(0, range.offset).toString().split('\n').length);
          const found = oracleRecords(bytes.subarray(range.offset, range.offset + range.length));
          expect(found).toHaveLength(range.records);
          read.push(...found);
          expectedFirst += range.records;
        }
        expect(read).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('splits at the first record end after the range length', async () => {
    const { ranges } = await split('a,b,c,d,e\n'.repeat(100), 35);
    expect(ranges.slice(0, -1).every((range) => range.length === 40)).toBe(true);
    expect(ranges).toHaveLength(25);
  });

  it('reads records that cross block borders', async () => {
    const record = `a,"${'x'.repeat(999)}\n",c,d,e\n`;
    const { ranges, records } = await split(record.repeat(20_000), 1024 * 1024);
    expect(records).toBe(20_000);
    expect(ranges.length).toBe(
      Math.ceil((20_000 * record.length) / (Math.ceil((1024 * 1024) / record.length) * record.length)),
    );
    expect(ranges.every((range) => range.length % record.length === 0)).toBe(true);
  });
});

describe('file name patterns', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'a.csv.bak', false],
    ['*.csv', 'sub/a.csv', false],
    ['part-?.csv', 'part-1.csv', true],
    ['part-?.csv', 'part-12.csv', false],
    ['*.{csv,txt}', 'a.txt', true],
    ['a+(b).csv', 'a+(b).csv', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(fileNameTest(pattern)(name)).toBe(expected);
  });
});

describe('planning a run', () => {
  let lake: TestLake;
  beforeAll(async () => {
    lake = await startLake({ rangeLengthInBytes: 100 });
    await addContract(lake);
  });
  afterAll(() => lake.stop());

  it('reads many ranges and shards as one list', async () => {
    const date = '2026-01-01';
    const key = { dataset: 'notes', date, runId: 'run-1' };
    const records = Array.from({ length: 900 }, (_unused, index) => `a-${index},T,${index},,"line\nof ${index}"`);
    await lake.drop('notes', date, 'a.csv', `${HEADER}${records.slice(0, 880).join('\n')}\n`);
    await lake.drop('notes', date, 'b.csv', `${HEADER}${records.slice(880).join('\n')}\n`);
    const plan = await planRun(lake, key);
    expect(plan).toMatchObject({ files: 2, records: 900 });
    expect(plan.ranges).toBeGreaterThan(200);
    const last = plan.ranges - 1;
    const range = await plannedRanges(lake, key).read(last);
    expect(range?.file.path).toBe(`notes/${date}/b.csv`);
    expect(await transformRange(lake, key, last)).toMatchObject({ rows: range?.records, rejected: 0 });
    expect(await lake.paths('processed', 'notes/')).toEqual([
      `notes/ingest_date=${date}/part-${String(last).padStart(5, '0')}-run-1.snappy.parquet`,
    ]);
    expect(await errorOf(transformRange(lake, key, plan.ranges))).toMatchObject({
      code: 'TRANSFORM_RANGE_UNKNOWN',
    });
  });

  it('names the missing folder', async () => {
    const key = { dataset: 'notes', date: '2020-01-01', runId: 'run-1' };
    expect(await errorOf(planRun(lake, key))).toMatchObject({
      code: 'RAW_FOLDER_NOT_FOUND',
      status: 404,
      retryable: false,
      where: { file: `${lake.containers.raw}/notes/2020-01-01/` },
    });
  });

  it.each(['2026-02-30', '2026-1-1', '20260101', '../..', '2026-01-01T00:00:00Z', ''])(
    'refuses the date %j',
    async (date) => {
      const error = await errorOf(planRun(lake, { dataset: 'notes', date, runId: 'run-1' }));
      expect(error).toMatchObject({ code: 'RUN_DATE_INVALID', status: 400 });
    },
  );

  it('refuses an unknown dataset and an unsafe run id', async () => {
    const date = '2026-01-01';
    expect(await errorOf(planRun(lake, { dataset: 'nots', date, runId: 'run-1' }))).toMatchObject({
      code: 'DATASET_UNKNOWN',
    });
    expect(await errorOf(planRun(lake, { dataset: 'notes', date, runId: '../x' }))).toMatchObject({
      code: 'RUN_ID_INVALID',
    });
  });

  it('refuses to transform a file that changed after planning, and a run that was never planned', async () => {
    const date = '2026-01-02';
    const key = { dataset: 'notes', date, runId: 'run-2' };
    await lake.drop('notes', date, 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await planRun(lake, key);
    await lake.drop('notes', date, 'a.csv', `${HEADER}a-1,T,1,,y\n`);
    expect(await errorOf(transformRange(lake, key, 0))).toMatchObject({
      code: 'CSV_FILE_CHANGED',
    });
    const unplanned = { ...key, runId: 'run-3' };
    expect(await errorOf(transformRange(lake, unplanned, 0))).toMatchObject({
      code: 'RUN_STAGING_GONE',
    });
  });

  it('uses the contract that it was planned with', async () => {
    const date = '2026-01-03';
    const key = { dataset: 'edited', date, runId: 'run-1' };
    await addContract(lake, { dataset: 'edited' });
    await lake.drop('edited', date, 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await planRun(lake, key);
    await addContract(lake, { dataset: 'edited', custom: { delimiter: ';' } });
    expect(await transformRange(lake, key, 0)).toMatchObject({ rows: 1, rejected: 0 });
  });

  it('gives equal rows the same hash in any run, file, column order and line ends, and different rows different hashes', async () => {
    await addContract(lake, { dataset: 'hashes' });
    const date = (day: number) => `2026-03-0${day}`;
    const hashes = async (day: number, csv: string) => {
      await lake.drop('hashes', date(day), `file-${day}.csv`, csv);
      await ingest(lake, { dataset: 'hashes', date: date(day), runId: `run-${day}` });
      return (await lake.documents('hashes', date(day))).map(({ contentHash }) => contentHash);
    };
    const [one, two] = await hashes(1, `${HEADER}a-1,T,,,x\na-2,T,1,,x\n`);
    expect(await hashes(2, 'body,day,n,title,id\r\n"x",,1,"T",a-2\r\nx,,,T,a-1')).toEqual([two, one]);
    const others = await hashes(3, `${HEADER}a-1,T,0,,x\na-3,T,,,x\n`);
    expect(new Set([one, two, ...others]).size).toBe(4);
    // Null and empty text, and a moved border between two values.
    const columns = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}`;
    await addContract(lake, { dataset: 'near', columns });
    await lake.drop('near', '2026-01-01', 'a.csv', 'id,title,body\na,,x\n');
    await lake.drop('near', '2026-01-02', 'a.csv', 'id,title,body\na,"",x\n');
    await lake.drop('near', '2026-01-03', 'a.csv', 'id,title,body\na,x,\n');
    await lake.drop('near', '2026-01-04', 'a.csv', 'id,title,body\na,xbody,\n');
    const near: string[] = [];
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04']) {
      await ingest(lake, { dataset: 'near', date: day, runId: `run-${day}` });
      near.push(...(await lake.documents('near', day)).map(({ contentHash }) => contentHash));
    }
    expect(new Set(near).size).toBe(4);
  });
});
