import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { planRun } from '../../../lib/planning/planRun';
import { addContract, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';

const HEADER = 'id,title,n,day,body\n';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

async function verdictOf(dataset: string, files: string[], custom: Record<string, unknown> = {}) {
  await addContract(lake, { dataset, custom });
  const key = { dataset, date: '2026-01-01', runId: 'run-1' };
  for (const [index, records] of files.entries()) await lake.drop(dataset, key.date, `${index}.csv`, HEADER + records);
  await stageRun(lake, key);
  const verdict = await evaluateRun(lake, key);
  expect(JSON.stringify(verdict).length).toBeLessThan(4096);
  return { passed: verdict.passed, failed: verdict.rules.filter((rule) => !rule.passed) };
}

describe('the quality gate', () => {
  it('opens for valid data', async () => {
    expect(await verdictOf('sound', ['a-1,T,1,,x\n', 'a-2,T,1,,x\n'], { maxRejectShare: 0 })).toEqual({
      passed: true,
      failed: [],
    });
  });

  it('opens at the limit of rejected records and closes past it', async () => {
    const records = 'a-1,T,1,,x\na-2,,1,,x\na-3,T,1,,x\na-4,T,1,,x\n';
    expect((await verdictOf('at-limit', [records], { maxRejectShare: 0.25 })).passed).toBe(true);
    expect(await verdictOf('past-limit', [records], { maxRejectShare: 0.24 })).toEqual({
      passed: false,
      failed: [
        {
          rule: 'share of rejected records',
          severity: 'error',
          expected: 'at most 0.24',
          observed: '0.25 (1 of 4)',
          passed: false,
        },
      ],
    });
  });

  it('closes without rows', async () => {
    const { passed, failed } = await verdictOf('no-row', ['']);
    expect({ passed, rules: failed.map(({ rule }) => rule) }).toEqual({ passed: false, rules: ['at least one row'] });
  });

  it('finds a key that appears in two parts', async () => {
    const { passed, failed } = await verdictOf('twice', ['a-1,T,1,,x\na-2,T,1,,x\n', 'a-3,T,1,,x\na-1,T,1,,other\n']);
    expect(passed).toBe(false);
    expect(failed).toEqual([
      {
        rule: 'id is unique over all parts',
        severity: 'error',
        expected: '0 repeated values',
        observed: '1, e.g. a-1',
        passed: false,
        isBinding: true,
      },
    ]);
  });

  it('does not evaluate before every range is transformed', async () => {
    await addContract(lake, { dataset: 'partial' });
    const key = { dataset: 'partial', date: '2026-01-01', runId: 'run-1' };
    await lake.drop('partial', key.date, 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await planRun(lake, key);
    expect(await errorOf(evaluateRun(lake, key))).toMatchObject({
      code: 'LAKE_PART_MISSING',
      found: '0 parts',
      expected: '1 parts',
    });
  });
});
