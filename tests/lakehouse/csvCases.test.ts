import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commitRun } from '../../lib/lake/commitRun';
import { discardRun } from '../../lib/transform/discardRun';
import { addContract, errorOf, stageRun, startLake, type TestLake } from './lake';

interface ExpectedProblem {
  code: string;
  where?: { file?: string; line?: number; column?: string; byteOffset?: number };
  found?: string;
  expected?: string;
}

interface Case {
  description: string;
  error?: ExpectedProblem & { faults?: ExpectedProblem[] };
  rows?: string[];
  rejected?: Record<string, unknown>[];
}

const FOLDER = path.join(__dirname, '../fixtures/csv');
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
  await addContract(lake);
});
afterAll(() => lake.stop());

/** A date for each case: they share one lake. */
const dateOf = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);

function matching(problem: ExpectedProblem, folder: string): object {
  const file = problem.where?.file === undefined ? undefined : `${folder}${problem.where.file}`;
  const where = { ...problem.where, ...(file === undefined ? {} : { file }) };
  return expect.objectContaining({
    ...problem,
    ...(problem.where === undefined ? {} : { where: expect.objectContaining(where) as object }),
  }) as object;
}

describe('CSV files', () => {
  it.each(names.map((name, index) => [name, index] as const))('%s', async (name, index) => {
    const expected = JSON.parse(readFileSync(path.join(FOLDER, name, 'expected.json'), 'utf8')) as Case;
    const date = dateOf(index);
    const key = { dataset: 'notes', date, runId: `case-${index}` };
    for (const file of readdirSync(path.join(FOLDER, name)).filter((entry) => entry !== 'expected.json')) {
      await lake.drop('notes', date, file, readFileSync(path.join(FOLDER, name, file)));
    }
    if (expected.error !== undefined) {
      const error = await errorOf(stageRun(lake, key));
      const { faults, ...problem } = expected.error;
      expect(error).toEqual(matching(problem, `notes/${date}/`));
      if (faults !== undefined) {
        expect(error['faults']).toEqual(faults.map((fault) => matching(fault, `notes/${date}/`)));
      }
      expect(error['retryable']).toBe(false);
      expect(error['status']).toBe(422);
      expect(error['remedy']).toEqual(expect.any(String));
      expect(error['where']).toEqual(
        expect.objectContaining({ file: expect.stringContaining(`notes/${date}/`) as string }),
      );
      expect(await lake.paths('processed', `notes/ingest_date=${date}/`)).toEqual([]);
      expect(await lake.paths('staging', `notes/${key.runId}/`)).toEqual([]);
    } else {
      const { plan, rows, rejected } = await stageRun(lake, key);
      expect(plan.records).toBe(rows + rejected);
      await commitRun(lake, key);
      await discardRun(lake, key);
      expect((await lake.documents('notes', date)).map(({ docId }) => docId)).toEqual(expected.rows);
      expect(await lake.quarantine(key)).toEqual(
        (expected.rejected ?? []).map((fault) => expect.objectContaining(fault) as object),
      );
    }
    expect(await lake.leftovers()).toEqual([]);
  });
});
