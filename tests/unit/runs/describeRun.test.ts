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
    const problem: Problem = { code: 'DATABASE_UNAVAILABLE', message: 'No "database".', remedy: 'Start it.' };
    expect(failed(JSON.stringify(`Orchestrator function 'ingest' failed: ${encodeProblem(problem)}`))).toEqual(problem);
  });

  it('has the output as it is when it carries no problem', () => {
    expect(failed('"terminated"')).toEqual({ code: 'RUN_FAILED', message: '"terminated"' });
    expect(failed()).toEqual({ code: 'RUN_FAILED', message: 'The orchestration failed.' });
  });
});
