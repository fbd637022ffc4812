import { encodeProblem } from '../../../lib/problems/codec';
import type { Problem } from '../../../lib/problems/problem';
import { describeRun } from '../../../lib/runs/describeRun';

const MOMENT = new Date('2026-01-01T01:00:00Z');
const failed = (failure?: string): unknown =>
  describeRun(
    'ingest-letters-2026-01-01',
    { status: 'Failed', createdAt: MOMENT, updatedAt: MOMENT, failure },
    undefined,
    MOMENT,
  ).error;

describe('a failed run that left no record', () => {
  it('has the problem that the output of its instance carries', () => {
    const problem: Problem = {
      code: 'TRANSFORM_RECORDS_LOST',
      message: 'Counts differ.',
      found: '3',
      remedy: 'Run again.',
    };
    expect(failed(JSON.stringify(`Orchestrator function 'ingest' failed: ${encodeProblem(problem)}`))).toEqual(problem);
  });

  it('has a code and no text of a service when it carries no problem, or one that quotes a service', () => {
    const quoting: Problem = { code: 'DATABASE_UNAVAILABLE', message: 'secret text', remedy: 'Start it.' };
    expect(failed(encodeProblem(quoting))).toMatchObject({ code: quoting.code, remedy: 'Start it.' });
    expect(JSON.stringify(failed(encodeProblem(quoting)))).not.toContain('secret text');
    expect(failed('"secret text"')).toMatchObject({
      code: 'RUN_FAILED',
      remedy: expect.stringContaining('log') as string,
    });
    expect(JSON.stringify(failed('"secret text"'))).not.toContain('secret text');
  });
});
