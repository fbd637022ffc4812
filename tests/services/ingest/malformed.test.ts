import { createHash } from 'node:crypto';
import { commitRun } from '../../../lib/ingest/commitRun';
import { needsConversion } from '../../../lib/conversion/convertSource';
import { discardRun } from '../../../lib/staging/discardRun';
import type { RejectedRecord } from '../../../lib/quarantine/rejectedRecord';
import { readByOracle, readCases, sourceText, type ExpectedProblem, type FixtureCase } from '../../support/fixtures';
import { addContract, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';
import { ndjsonRecordsOf } from '../../support/ndjsonText';

const cases = readCases();

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
  await addContract(lake);
});
afterAll(() => lake.stop());

function matching(problem: ExpectedProblem, folder: string): object {
  const file = problem.where?.file === undefined ? undefined : `${folder}${problem.where.file}`;
  const where = { ...problem.where, ...(file === undefined ? {} : { file }) };
  return expect.objectContaining({
    ...problem,
    ...(problem.where === undefined ? {} : { where: expect.objectContaining(where) as object }),
  }) as object;
}

/** Each case has its own date: all share one lake, and those without their own contract share one dataset. */
async function drop({ expected, files }: FixtureCase, index: number) {
  const date = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
  const dataset = expected.contract === undefined ? 'notes' : `case-${index}`;
  if (expected.contract !== undefined) {
    const { columns, custom } = expected.contract;
    const text = columns === undefined ? {} : { columns: `      ${JSON.stringify(columns)}` };
    await addContract(lake, { dataset, custom, ...text });
  }
  for (const { name, content } of files) await lake.drop(dataset, date, name, content);
  return { key: { dataset, date, runId: `case-${index}` }, folder: `${dataset}/${date}/` };
}

async function expectRefusal(one: FixtureCase, index: number): Promise<void> {
  const { key, folder } = await drop(one, index);
  const { faults, ...problem } = one.expected.error ?? { code: '' };
  const error = await errorOf(stageRun(lake, key));
  expect(error).toEqual(matching(problem, folder));
  if (faults !== undefined) expect(error['faults']).toEqual(faults.map((fault) => matching(fault, folder)));
  expect(error['retryable']).toBe(false);
  expect(error['status']).toBe(422);
  expect(error['remedy']).toEqual(expect.any(String));
  expect(error['where']).toEqual(expect.objectContaining({ file: expect.stringContaining(folder) as string }));
  expect(await lake.paths('processed', `${key.dataset}/ingest_date=${key.date}/`)).toEqual([]);
  const contract = await lake.contracts.get(key.dataset);
  // Converted files stay in staging until the run is discarded; other files write nothing to staging.
  if (one.files.some(({ name }) => needsConversion(contract, name))) await discardRun(lake, key);
  expect(await lake.paths('staging', `${key.dataset}/${key.runId}/`)).toEqual([]);
}

/** Expects that a rejected record of NDJSON has number, offset and text of its line in the source. */
function expectLines({ expected, files }: FixtureCase, quarantine: RejectedRecord[]): void {
  if (expected.contract?.custom?.['format'] !== 'ndjson') return;
  expect(files).toHaveLength(1);
  const records = files.flatMap((file) => ndjsonRecordsOf(sourceText(file, expected)));
  for (const { record, line, byteOffset, raw } of quarantine) {
    expect({ line, byteOffset, raw }).toEqual(records[record - 1]);
  }
}

async function expectRows(one: FixtureCase, index: number): Promise<void> {
  const { expected } = one;
  const { key, folder } = await drop(one, index);
  const { plan, rows, rejected } = await stageRun(lake, key);
  expect(plan.records).toBe(rows + rejected);
  await commitRun(lake, key);
  await discardRun(lake, key);
  const documents = await lake.documents(key.dataset, key.date);
  expect(documents.map(({ docId }) => docId)).toEqual(expected.rows);
  const quarantine = await lake.quarantine(key);
  const faults = (expected.rejected ?? []).map(({ more, ...fault }) => ({
    ...fault,
    ...(Array.isArray(more) ? { more: more.map((other) => expect.objectContaining(other as object) as object) } : {}),
  }));
  expect(quarantine).toEqual(faults.map((fault) => expect.objectContaining(fault) as object));
  const names = one.files.map(({ name }) => `${folder}${name}`);
  for (const { file } of quarantine) expect(names).toContain(file);
  expectLines(one, quarantine);
  if (expected.withoutOracle !== undefined) return;

  const records = readByOracle(one);
  expect(records).toHaveLength(rows + rejected);
  const rejectedNumbers = new Set(quarantine.map(({ record }) => record));
  // Records are numbered per file, so the numbers match the oracle's only for a single file.
  const kept = plan.files === 1 ? records.filter((_, position) => !rejectedNumbers.has(position + 1)) : records;
  const nameOf = (name: string): string =>
    expected.contract?.columns?.find((column) => column.name === name)?.physicalName ?? name;
  expect(kept.map((record) => record[nameOf('id')])).toEqual(expected.rows);
  const isText = (value: string | null | undefined): boolean => typeof value === 'string';
  kept.forEach((record, position) => {
    const { title, text } = documents[position] ?? {};
    const [oracleTitle, oracleText] = [record[nameOf('title')], record[nameOf('body')]];
    if (isText(oracleTitle)) expect(title).toBe(oracleTitle);
    if (isText(oracleText)) expect(text ?? '').toBe(oracleText);
  });
}

describe('the corpus', () => {
  it('has at least 150 different cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    const content = ({ files, expected }: FixtureCase): string => {
      const hash = createHash('sha256').update(JSON.stringify(expected.contract ?? null));
      for (const { name, content: bytes } of files) hash.update(`\0${name}\0${bytes.length}\0`).update(bytes);
      return hash.digest('hex');
    };
    expect(new Set(cases.map(content)).size).toBe(cases.length);
    expect(new Set(cases.map(({ expected }) => expected.description)).size).toBe(cases.length);
  });

  it('gives the result of each case, and a reason if it has no oracle', () => {
    for (const { name, expected, files } of cases) {
      expect({ name, files: files.length > 0 }).toEqual({ name, files: true });
      expect({ name, said: (expected.error === undefined) !== (expected.rows === undefined) }).toEqual({
        name,
        said: true,
      });
      if (expected.withoutOracle !== undefined) expect(expected.withoutOracle.length).toBeGreaterThan(20);
    }
  });
});

describe('a file of the corpus', () => {
  it.each(cases.map((one, index) => [one.name, one, index] as const))('%s', async (_name, one, index) => {
    await (one.expected.error === undefined ? expectRows(one, index) : expectRefusal(one, index));
    expect(await lake.leftovers()).toEqual([]);
  });
});
