import fc from 'fast-check';
import { keysFile, manifestFile } from '../../../lib/lakehouse/paths';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { dropRepeatedKeys } from '../../../lib/transform/dropRepeatedKeys';
import { findRepeatedKeys } from '../../../lib/transform/findRepeatedKeys';
import { planRun } from '../../../lib/planning/planRun';
import { transformRange } from '../../../lib/transform/transformRange';
import { addContract, errorOf, ingest, startLake, stageRun, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const key = (dataset: string, date = '2026-01-01') => ({ dataset, date, runId: `run-${dataset}-${date}` });

/** Ways to damage a Parquet file; those that keep its size are only seen when it is read. */
const DAMAGES: Record<string, (bytes: Buffer) => Buffer> = {
  'cut in half': (bytes) => bytes.subarray(0, bytes.length >> 1),
  emptied: () => Buffer.alloc(0),
  'with zeros for its data': (bytes) => zeroed(bytes, 4, bytes.length - 1200),
  'with another footer': (bytes) => flipped(bytes, bytes.length - 400, bytes.length - 9, 1),
  'without its mark': (bytes) => flipped(bytes, bytes.length - 4, bytes.length, 1),
  'with a footer that is longer than the file': (bytes) =>
    Buffer.concat([bytes.subarray(0, -8), Buffer.from('\xff\xff\xff\x7fPAR1', 'latin1')]),
};

function flipped(bytes: Buffer, from: number, to: number, step: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = from; at < to; at += step) copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
}
function zeroed(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes).fill(0, from, to);
}

async function damage(container: keyof TestLake['containers'], file: string, change: (bytes: Buffer) => Buffer) {
  const name = lake.containers[container];
  await lake.store.write(name, file, change(await lake.store.read(name, file)));
}

const rows = (from: number, to: number, length = 20) =>
  Array.from(
    { length: to - from },
    (_, i) => `a-${from + i},Title ${i},${i},2026-01-01,${`${i * 7919} body `.repeat(length)}`,
  );
const csv = (lines: string[]) => `id,title,n,day,body\n${lines.join('\n')}\n`;

describe.each([
  ['small', 20, 5],
  ['large, of which only columns are fetched', 3000, 3000],
])('a committed part that is %s', (name, count, length) => {
  const dataset = `damaged-${count}`;
  let part: string;
  let whole: Buffer;
  beforeAll(async () => {
    await addContract(lake, { dataset });
    const noise = Array.from({ length: count }, (_, i) => `a-${i},Title ${i},1,2026-01-01,${noiseOf(i, length)}`);
    await lake.drop(dataset, '2026-01-01', 'a.csv', csv(noise));
    await ingest(lake, key(dataset));
    [part = ''] = (await lake.paths('processed', `${dataset}/ingest_date`)).filter((file) => file.endsWith('.parquet'));
    whole = await lake.store.read(lake.containers.processed, part);
  });

  it.each(Object.keys(DAMAGES))('and is %s is named, with the date to run again', async (damaged) => {
    await damage('processed', part, () => (DAMAGES[damaged] ?? ((bytes) => bytes))(whole));
    expect(await errorOf(lake.documents(dataset, '2026-01-01'))).toMatchObject({
      code: 'LAKE_FILE_BROKEN',
      retryable: false,
      message: `A Parquet file of ${dataset} of 2026-01-01 is damaged.`,
      where: { file: `${lake.containers.processed}/${part}` },
      remedy: expect.stringContaining(`start a run of ${dataset} of 2026-01-01`) as string,
    });
  });

  it('is written again by another run of the date', async () => {
    await damage('processed', part, (bytes) => bytes.subarray(0, 100));
    await ingest(lake, { ...key(dataset), runId: `again-${name.length}` });
    expect(await lake.documents(dataset, '2026-01-01')).toHaveLength(count);
  });
});

/** Text that does not compress. */
function noiseOf(seed: number, length: number): string {
  let state = seed + 1;
  let text = '';
  while (text.length < length) {
    state = (state * 48271) % 2147483647;
    text += state.toString(36);
  }
  return text;
}

it('whatever bytes of a part are changed, it is read, or named as damaged', async () => {
  const dataset = 'any-damage';
  await addContract(lake, { dataset });
  await lake.drop(dataset, '2026-01-01', 'a.csv', csv(rows(0, 40)));
  await ingest(lake, key(dataset));
  const [part = ''] = (await lake.paths('processed', `${dataset}/ingest_date`)).filter((file) =>
    file.endsWith('.parquet'),
  );
  const whole = await lake.store.read(lake.containers.processed, part);
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 40,
  });
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(changes, fc.option(fc.nat(whole.length)), async (flips, end) => {
      const bytes = Buffer.from(whole);
      for (const [at, mask] of flips) bytes[at] = (bytes[at] ?? 0) ^ mask;
      await lake.store.write(lake.containers.processed, part, end === null ? bytes : bytes.subarray(0, end));
      try {
        await lake.documents(dataset, '2026-01-01');
      } catch (error) {
        expect(error).toMatchObject({ code: 'LAKE_FILE_BROKEN' });
        broken += 1;
      }
    }),
    { numRuns: 60 },
  );
  expect(broken).toBeGreaterThan(10);
});

const TEXT_RULES = [
  {
    type: 'sql',
    name: 'own query',
    severity: 'error',
    query: 'SELECT count(DISTINCT body) FROM {object}',
    mustBeGreaterThan: 0,
  },
];

it.each([
  ['a query of the contract', `    quality: ${JSON.stringify(TEXT_RULES)}`],
  ['the search for repeated values', ''],
])('a staged key file that %s cannot read is named', async (name, quality) => {
  const dataset = `staged-${name.length}`;
  const columns = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, customProperties: [{property: role, value: title}]}
      - {name: n, logicalType: integer}
      - {name: day, logicalType: date}
      - {name: body, logicalType: string, customProperties: [{property: role, value: text}]}
${quality}`;
  await addContract(lake, { dataset, columns });
  await lake.drop(dataset, '2026-01-01', 'a.csv', csv(rows(0, 50)));
  await lake.drop(dataset, '2026-01-01', 'b.csv', csv(rows(50, 100)));
  await stageRun(lake, key(dataset));
  const file = keysFile(key(dataset), 1);
  await damage('staging', file, (bytes) => zeroed(bytes, 4, bytes.length - 400));
  expect(await errorOf(evaluateRun(lake, key(dataset)))).toMatchObject({
    code: 'LAKE_FILE_BROKEN',
    retryable: false,
    where: { file: `${lake.containers.staging}/${file}` },
    remedy: expect.stringContaining(`Start a new run of ${dataset} of 2026-01-01`) as string,
  });
});

it('a staged part or key file is named when repeated keys are dropped', async () => {
  const dataset = 'repeated';
  await addContract(lake, { dataset, custom: { repeatedKeys: 'keepFirst' } });
  await lake.drop(dataset, '2026-01-01', 'a.csv', csv(rows(0, 50)));
  await lake.drop(dataset, '2026-01-01', 'b.csv', csv(rows(40, 90)));
  const run = key(dataset);
  await planRun(lake, run);
  for (const part of [0, 1]) await transformRange(lake, run, part);
  const keys = keysFile(run, 0);
  const whole = await lake.store.read(lake.containers.staging, keys);
  await damage('staging', keys, (bytes) => bytes.subarray(0, 50));
  expect(await errorOf(findRepeatedKeys(lake, run))).toMatchObject({
    code: 'LAKE_FILE_BROKEN',
    where: { file: `${lake.containers.staging}/${keys}` },
  });
  await lake.store.write(lake.containers.staging, keys, whole);
  await findRepeatedKeys(lake, run);
  const parts = (await lake.paths('processed', `${dataset}/`)).filter((file) => file.endsWith('.parquet'));
  await damage('processed', parts[1] ?? '', (bytes) => bytes.subarray(0, 50));
  expect(await errorOf(dropRepeatedKeys(lake, run, 1))).toMatchObject({
    code: 'LAKE_FILE_BROKEN',
    where: { file: `${lake.containers.processed}/${parts[1]}` },
  });
});

it('a staged manifest that is damaged is named', async () => {
  const dataset = 'manifests';
  await addContract(lake, { dataset });
  await lake.drop(dataset, '2026-01-01', 'a.csv', csv(rows(0, 5)));
  await stageRun(lake, key(dataset));
  const file = manifestFile(key(dataset), 0);
  await damage('staging', file, (bytes) => bytes.subarray(0, 50));
  expect(await errorOf(evaluateRun(lake, key(dataset)))).toMatchObject({
    code: 'LAKE_FILE_BROKEN',
    where: { file: `${lake.containers.staging}/${file}` },
  });
});
