import { gzipSync } from 'node:zlib';
import { commitRun } from '../../../lib/ingest/commitRun';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import { discardRun } from '../../../lib/staging/discardRun';
import { foldScan } from '../../../lib/planning/foldScan';
import type { PlannedRange } from '../../../lib/planning/plan';
import { beginPlan, planRun } from '../../../lib/planning/planRun';
import { scanBlock } from '../../../lib/planning/scanBlock';
import { addContract, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';

const HEADER = 'id,title,n,day,body\n';
const DATE = '2026-02-01';
const key = (dataset: string, runId = 'run-1') => ({ dataset, date: DATE, runId });

let lake: TestLake;
/** The same lake, with a limit of 0 for planning in one activity. */
let scanning: Lakehouse;
beforeAll(async () => {
  lake = await startLake({ rangeLengthInBytes: 300 });
  scanning = { ...lake, directPlanLengthInBytes: 0 };
});
afterAll(() => lake.stop());

const record = (index: number) => `a-${index},T,${index},,"é line\r\nof ""${index}"""\n`;
const records = (from: number, to: number) =>
  Array.from({ length: to - from }, (_unused, index) => record(from + index)).join('');

async function readShards(dataset: string): Promise<PlannedRange[][]> {
  const paths = (await lake.paths('staging', `${dataset}/run-1/plan-`)).sort();
  const shards = await Promise.all(paths.map((path) => lake.store.read(lake.containers.staging, path)));
  return shards.map((shard) => JSON.parse(shard.toString('utf8')) as PlannedRange[]);
}

describe('a run that is scanned in blocks', () => {
  it('has the counts of one that is planned directly, and commits the same rows', async () => {
    const files = {
      'a.csv': HEADER + records(0, 60),
      'b.csv': HEADER,
      'c.csv': `${HEADER}${records(60, 70)}x-1,T,5,,end`,
    };
    for (const dataset of ['directly', 'in-blocks']) {
      await addContract(lake, { dataset });
      for (const [name, text] of Object.entries(files)) await lake.drop(dataset, DATE, name, text);
    }
    const direct = await stageRun(lake, key('directly'));
    const scanned = await stageRun(scanning, key('in-blocks'));
    expect(scanned.plan).toMatchObject({ files: 3, records: 71, bytes: direct.plan.bytes });
    expect({ rows: scanned.rows, rejected: scanned.rejected }).toEqual({ rows: 71, rejected: 0 });
    expect(scanned.plan.ranges).toBeGreaterThan(5);
    for (const dataset of ['directly', 'in-blocks']) await commitRun(lake, key(dataset));
    const rows = async (dataset: string) =>
      (await lake.documents(dataset, DATE))
        .map(({ docId, recordNumber, contentHash, text }) => ({ docId, recordNumber, contentHash, text }))
        .sort((one, other) => one.docId.localeCompare(other.docId));
    expect(await rows('in-blocks')).toEqual(await rows('directly'));
    await discardRun(lake, key('in-blocks'));
    expect(await lake.paths('staging', 'in-blocks/')).toEqual([]);
  });

  it('fills its shards, and gives the same plan when every step is repeated', async () => {
    const dataset = 'twice';
    await addContract(lake, { dataset });
    await lake.drop(dataset, DATE, 'a.csv', HEADER + records(0, 2000));
    const plan = await planRun(scanning, key(dataset));
    const shards = await readShards(dataset);
    expect(shards.map((ranges) => ranges.length)).toEqual([200, plan.ranges - 200]);
    expect(await beginPlan(scanning, key(dataset))).toMatchObject({ next: 'scan' });
    for (const block of [0, 199, 200]) await scanBlock(scanning, key(dataset), block);
    expect(await foldScan(scanning, key(dataset))).toEqual(plan);
    expect(await readShards(dataset)).toEqual(shards);
  });

  it('reports all faults of all files together, and leaves no plan', async () => {
    const dataset = 'faulty';
    await addContract(lake, { dataset });
    const text = HEADER + records(0, 40);
    await lake.drop(dataset, DATE, 'a.csv', Buffer.concat([Buffer.from(text), Buffer.from([0xe2, 0x28, 0x0a])]));
    await lake.drop(dataset, DATE, 'b.csv', text);
    await lake.drop(dataset, DATE, 'c.csv', `${text}a-1,T,1,,"open\n${records(40, 80).replaceAll('"', "'")}`);
    const scanned = await errorOf(planRun(scanning, key(dataset)));
    const direct = await errorOf(planRun(lake, key(dataset)));
    expect(scanned).toMatchObject({ code: 'CSV_FILES_INVALID', status: 422, faults: direct['faults'] });
    const bytes = Buffer.byteLength(text);
    expect(scanned['faults']).toMatchObject([
      { code: 'CSV_ENCODING_INVALID', where: { file: `${dataset}/${DATE}/a.csv`, line: 82, byteOffset: bytes } },
      { code: 'CSV_QUOTE_UNTERMINATED', where: { file: `${dataset}/${DATE}/c.csv`, line: 82, byteOffset: bytes + 9 } },
    ]);
    expect(await lake.paths('staging', `${dataset}/run-1/plan.json`)).toEqual([]);
  });

  it('writes nothing when a header does not fit the contract', async () => {
    const dataset = 'headers';
    await addContract(lake, { dataset });
    await lake.drop(dataset, DATE, 'a.csv', HEADER + records(0, 40));
    await lake.drop(dataset, DATE, 'b.csv', 'id,titel,n,day,body\n');
    expect(await errorOf(beginPlan(scanning, key(dataset)))).toMatchObject({
      where: { file: `${dataset}/${DATE}/b.csv` },
    });
    expect(await lake.paths('staging', `${dataset}/`)).toEqual([]);
  });

  it('reads a header after 70,000 blank lines', async () => {
    const dataset = 'long-header';
    await addContract(lake, { dataset });
    await lake.drop(dataset, DATE, 'a.csv', `${'\n'.repeat(70_000)}${HEADER}${records(0, 5)}`);
    expect(await planRun(scanning, key(dataset))).toMatchObject({ records: 5 });
    expect((await readShards(dataset))[0]?.[0]).toMatchObject({ firstRecord: 1, firstLine: 70_002 });
  });

  it('does not scan a file that changed after its header was checked', async () => {
    const dataset = 'changed';
    await addContract(lake, { dataset });
    await lake.drop(dataset, DATE, 'a.csv', HEADER + records(0, 40));
    expect(await beginPlan(scanning, key(dataset))).toMatchObject({ next: 'scan' });
    await lake.drop(dataset, DATE, 'a.csv', HEADER);
    expect(await errorOf(scanBlock(scanning, key(dataset), 3))).toMatchObject({ code: 'CSV_FILE_CHANGED' });
    expect(await errorOf(foldScan(scanning, key(dataset)))).toMatchObject({ code: 'RUN_STAGING_GONE' });
  });
});

describe('files that have to be converted first', () => {
  const drop = async (dataset: string) => {
    await addContract(lake, { dataset, custom: { glob: '*.{csv,csv.gz}' } });
    await lake.drop(dataset, DATE, 'a.csv', HEADER + records(0, 30));
    await lake.drop(dataset, DATE, 'b.csv.gz', gzipSync(`${HEADER}${records(30, 60)}bad id,T,1,,x\n`));
  };

  it.each([
    ['converted-directly', () => lake],
    ['converted-apart', () => scanning],
  ])('%s: split like CSV, and rejected records name the dropped file', async (dataset, lakehouse) => {
    await drop(dataset);
    const { plan, rows, rejected } = await stageRun(lakehouse(), key(dataset));
    expect({ ...plan, rows, rejected }).toMatchObject({ files: 2, records: 61, rows: 60, rejected: 1 });
    const [ranges = []] = await readShards(dataset);
    const compressed = ranges.filter(({ file }) => file.path.endsWith('.gz'));
    expect(compressed.length).toBeGreaterThan(2);
    expect(ranges.map(({ file }) => file.staged !== undefined)).toEqual(
      ranges.map((range) => compressed.includes(range)),
    );
    expect(await lake.quarantine(key(dataset))).toMatchObject([{ file: `${dataset}/${DATE}/b.csv.gz`, record: 31 }]);
    await discardRun(lake, key(dataset));
    expect(await lake.paths('staging', `${dataset}/`)).toEqual([]);
  });

  it('are checked against the contract when they are converted', async () => {
    const dataset = 'converted-faulty';
    await drop(dataset);
    await lake.drop(dataset, DATE, 'c.csv.gz', gzipSync('id,titel,n,day,body\n'));
    for (const lakehouse of [lake, scanning]) {
      expect(await errorOf(planRun(lakehouse, key(dataset)))).toMatchObject({
        where: { file: `${dataset}/${DATE}/c.csv.gz` },
        status: 422,
      });
      expect(await lake.paths('staging', `${dataset}/run-1/plan`)).toEqual([]);
    }
  });
});
