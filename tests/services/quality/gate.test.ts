import { migrate } from '../../../lib/database/migrate';
import type { VerdictRule } from '../../../lib/quality/verdict';
import { describeReplay } from '../../../lib/runs/describeReplay';
import { describeRun } from '../../../lib/runs/describeRun';
import { createGateStore, type GateStore } from '../../../lib/quality/gateStore';
import { gateClosed } from '../../../lib/quality/gateProblem';
import { recordTask } from '../../../lib/runs/recordTask';
import type { Run, RunReplay } from '../../../lib/runs/run';
import { createRunStore, type RunStore } from '../../../lib/runs/runStore';
import { resolveGate } from '../../../lib/quality/resolveGate';
import { decideRun } from '../../../lib/ingest/decideRun';
import type { Orchestration } from '../../../lib/ingest/orchestration';
import { errorOf } from '../../support/lake';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
let runs: RunStore;
let gates: GateStore;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test.database);
  runs = createRunStore(test.database);
  gates = createGateStore(test.database);
});
afterAll(() => test.drop());

const severity = 'error';
const rules: VerdictRule[] = [
  { rule: 'share of rejected records', severity, expected: 'at most 0.01', observed: '0.4 (2 of 5)', passed: false },
  { rule: 'at least one row', severity, expected: 'at least 1', observed: '3', passed: true },
];
const closed = { passed: false, rules, omitted: { passed: 3, failed: 1 } };
const decideBy = new Date('2026-01-02T12:00:00.000Z');
const date = '2026-01-01';

let count = 0;
/** A blocked run in a new dataset. */
async function blockedRun(): Promise<{ runId: string; id: string }> {
  const dataset = `letters-${(count += 1)}`;
  const key = { dataset, date, runId: `run-of-${dataset}` };
  await runs.begin(key);
  await recordTask(runs, key, { step: 'gate', task: 0 }, () => Promise.resolve());
  await gates.evaluated(key.runId, closed, { decideBy, problem: gateClosed(key, rules, decideBy) });
  return { runId: key.runId, id: `ingest-${dataset}-${date}` };
}

async function shown(id: string, status: Run['status'] = 'Running'): Promise<Run> {
  const state = { status, createdAt: new Date(Date.now() - 1000), updatedAt: new Date() };
  return describeRun(id, state, (await runs.latest([id])).get(id), new Date());
}
const gateStep = (run: Run): string | undefined => run.steps.find(({ name }) => name === 'gate')?.status;

describe('a blocked run', () => {
  it('is shown as blocked, with reason and deadline, while the engine reports it as running', async () => {
    const { id, runId } = await blockedRun();
    const run = await shown(id);
    expect(run).toMatchObject({ status: 'Blocked', step: 'gate', error: { code: 'QUALITY_GATE_CLOSED' } });
    expect(run.error?.remedy).toContain(`POST /api/runs/${id}/decision`);
    expect(run.error?.found).toBe('0.4 (2 of 5)');
    expect(gateStep(run)).toBe('running');
    expect(await gates.find(runId)).toMatchObject({ ...closed, decideBy: decideBy.toISOString(), decision: null });
  });

  it('is no longer blocked when the engine reports that it ended', async () => {
    const { id } = await blockedRun();
    expect((await shown(id, 'Terminated')).status).toBe('Terminated');
  });

  it('runs again, without a problem, when it is approved', async () => {
    const { id, runId } = await blockedRun();
    await gates.decide(runId, { decision: 'approve', decidedBy: 'api', reason: 'known gaps' });
    await gates.unblock(runId);
    const run = await shown(id);
    expect(run).toMatchObject({ status: 'Running', error: null });
    expect(gateStep(run)).toBe('done');
  });

  it('shows the failed step when it is rejected', async () => {
    const { id, runId } = await blockedRun();
    await gates.decide(runId, { decision: 'reject', decidedBy: 'time-out', reason: 'nobody' });
    await gates.unblock(runId);
    await runs.conclude(runId, { problem: { code: 'QUALITY_GATE_REJECTED', message: 'no' } });
    const run = await shown(id, 'Failed');
    expect(run).toMatchObject({ status: 'Failed', error: { code: 'QUALITY_GATE_REJECTED' } });
    expect(gateStep(run)).toBe('failed');
  });
});

describe('a decision', () => {
  it('that came first is kept, with its reason and time', async () => {
    const { runId } = await blockedRun();
    const first = await gates.decide(runId, { decision: 'approve', decidedBy: 'api', reason: 'known gaps' });
    const second = await gates.decide(runId, { decision: 'reject', decidedBy: 'time-out', reason: 'nobody' });
    expect(second).toEqual(first);
    expect((await gates.find(runId))?.decision).toEqual({
      decision: 'approve',
      decidedBy: 'api',
      reason: 'known gaps',
      decidedAt: first.decidedAt,
    });
  });

  it('is the same for two callers at once', async () => {
    const { runId } = await blockedRun();
    const both = await Promise.all(
      (['approve', 'reject'] as const).map((decision) =>
        gates.decide(runId, { decision, decidedBy: 'api', reason: decision }),
      ),
    );
    expect(both[0]).toEqual(both[1]);
  });

  it('is not undone by a second evaluation after a crash', async () => {
    const { id, runId } = await blockedRun();
    await gates.decide(runId, { decision: 'approve', decidedBy: 'api', reason: 'known gaps' });
    await gates.unblock(runId);
    await gates.evaluated(runId, closed, { decideBy, problem: gateClosed({ dataset: 'x', date }, rules, decideBy) });
    expect((await shown(id)).status).toBe('Running');
  });

  it('needs a verdict', async () => {
    await runs.begin({ dataset: 'unevaluated', date, runId: 'unevaluated' });
    await expect(gates.decide('unevaluated', { decision: 'approve', decidedBy: 'api', reason: 'why' })).rejects.toThrow(
      /foreign key/,
    );
  });
});

describe('resolving a blocked run', () => {
  it('continues to wait without a decision', async () => {
    const { id, runId } = await blockedRun();
    expect(await resolveGate(gates, { dataset: 'letters', date, runId }, false)).toBe(false);
    expect((await shown(id)).status).toBe('Blocked');
  });

  it('rejects after the deadline, and stores that as the decision', async () => {
    const { id, runId } = await blockedRun();
    await expect(resolveGate(gates, { dataset: 'letters', date, runId }, true)).rejects.toMatchObject({
      code: 'QUALITY_GATE_REJECTED',
      found: '0.4 (2 of 5)',
      retryable: false,
    });
    expect((await gates.find(runId))?.decision).toMatchObject({ decision: 'reject', decidedBy: 'time-out' });
    expect((await shown(id)).status).toBe('Running');
  });

  it('accepts an approval that came just before the deadline, also when repeated', async () => {
    const { runId } = await blockedRun();
    await gates.decide(runId, { decision: 'approve', decidedBy: 'api', reason: 'known gaps' });
    const key = { dataset: 'letters', date, runId };
    expect([await resolveGate(gates, key, true), await resolveGate(gates, key, true)]).toEqual([true, true]);
  });

  it('reports the reason of a rejection', async () => {
    const { runId } = await blockedRun();
    await gates.decide(runId, { decision: 'reject', decidedBy: 'api', reason: 'a broken export' });
    await expect(resolveGate(gates, { dataset: 'letters', date, runId }, false)).rejects.toThrow('a broken export');
  });
});

describe('the problem of a closed gate', () => {
  it('leaves out rules that passed and warnings', () => {
    const warning = {
      rule: 'old files',
      expected: 'young',
      observed: 'old',
      passed: false,
      severity: 'warning',
    } as const;
    const problem = gateClosed({ dataset: 'letters', date }, [...rules, warning]);
    expect(problem).toMatchObject({ found: '0.4 (2 of 5)', expected: 'at most 0.01' });
    expect(problem.message).not.toContain('old files');
    expect(problem.remedy).not.toContain('/decision');
  });
});

describe('a replay', () => {
  it('has the execution that it replays, and the rejected records before and after', async () => {
    const first = { dataset: 'replayed', date, runId: 'replayed-1' };
    const again = { ...first, runId: 'replayed-2' };
    const transform = async (key: typeof first, rejected: number): Promise<void> => {
      await recordTask(
        runs,
        key,
        { step: 'transform', task: 0 },
        () => Promise.resolve({ rejected }),
        (counts) => counts,
      );
    };
    const compared = async (): Promise<RunReplay> => {
      const [before, after] = [await runs.find('replayed-1'), await runs.find('replayed-2')];
      if (!before || !after) throw new Error('the executions are not recorded');
      expect([before.replayOf, after.replayOf]).toEqual([null, 'replayed-1']);
      return describeReplay(after, before);
    };
    await runs.begin(first);
    await transform(first, 4);
    await runs.begin(again, { replayOf: first.runId });
    await runs.plan(again.runId, 'transform', 1);
    expect(await compared()).toEqual({ of: 'replayed-1', rejected: { before: 4, after: null } });
    await transform(again, 1);
    expect(await compared()).toEqual({ of: 'replayed-1', rejected: { before: 4, after: 1 } });
  });
});

describe('a run that fails a rule which the stores rely on', () => {
  const binding: VerdictRule = {
    rule: 'id is unique over all parts',
    severity,
    expected: '0 repeated values',
    observed: '1, e.g. a-1',
    passed: false,
    isBinding: true,
  };
  async function blockedByBinding() {
    const { runId, id } = await blockedRun();
    const all = [...rules, binding];
    const problem = gateClosed({ dataset: 'letters', date }, all, decideBy);
    await gates.evaluated(runId, { passed: false, rules: all }, { decideBy, problem });
    return { runId, id };
  }
  let woken = 0;
  const orchestration: Pick<Orchestration, 'state' | 'wake'> = {
    state: () => Promise.resolve({ status: 'Running', createdAt: new Date(Date.now() - 1000), updatedAt: new Date() }),
    wake: () => Promise.resolve(void (woken += 1)),
  };
  const decide = (id: string, decision: 'approve' | 'reject') =>
    decideRun({ runs, gates }, orchestration as Orchestration, id, { decision, decidedBy: 'Ada', reason: 'known' });

  it('cannot be approved, and the refusal says what to do', async () => {
    const { runId, id } = await blockedByBinding();
    const error = await errorOf(decide(id, 'approve'));
    expect(error).toMatchObject({ code: 'RUN_NOT_APPROVABLE', status: 409, found: '1, e.g. a-1' });
    expect(error['remedy']).toMatch(/repeatedKeys.*replay/);
    expect(await gates.find(runId)).toMatchObject({ decision: null });
    expect(woken).toBe(0);
  });

  it('can be rejected', async () => {
    const { id } = await blockedByBinding();
    expect(await decide(id, 'reject')).toMatchObject({ decision: 'reject' });
    expect(woken).toBe(1);
  });

  it('is not committed when an approval was written another way', async () => {
    const { runId } = await blockedByBinding();
    await gates.decide(runId, { decision: 'approve', decidedBy: 'a script', reason: 'why not' });
    const resolved = resolveGate(gates, { dataset: 'letters', date, runId }, false);
    expect(await errorOf(resolved)).toMatchObject({ code: 'RUN_NOT_APPROVABLE' });
  });
});
