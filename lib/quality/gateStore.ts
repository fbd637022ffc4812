import type { Problem } from '../problems/problem';
import type { Database } from '../database/database';
import type { Verdict } from './verdict';
import type { Decision, RunDecision, RunGate } from '../runs/gate';

/**
 * Verdicts and decisions in PostgreSQL. The first decision is final, whether it comes from the API or from the time-out.
 * Every write may be repeated.
 */
export interface GateStore {
  /** Stores the verdict. `blocked`: the run waits for a decision and shows this problem meanwhile. */
  evaluated(runId: string, verdict: Verdict, blocked?: { decideBy: Date; problem: Problem }): Promise<void>;
  /** Returns the valid decision: this one, or an earlier one. */
  decide(
    runId: string,
    decision: { decision: Decision; decidedBy: RunDecision['decidedBy']; reason: string },
  ): Promise<RunDecision>;
  /** Records that the run no longer waits. */
  unblock(runId: string): Promise<void>;
  /** Undefined when the execution has not been evaluated. */
  find(runId: string): Promise<RunGate | undefined>;
}

export function createGateStore(database: Database): GateStore {
  return {
    evaluated: (runId, verdict, blocked) =>
      database.transaction(async (session) => {
        await session.query(
          `insert into run_verdicts (run_id, passed, rules, omitted, decide_by) values ($1, $2, $3, $4, $5)
           on conflict (run_id) do update
             set (passed, rules, omitted, decide_by) =
                 (excluded.passed, excluded.rules, excluded.omitted, excluded.decide_by)`,
          [
            runId,
            verdict.passed,
            JSON.stringify(verdict.rules),
            verdict.omitted ? JSON.stringify(verdict.omitted) : null,
            blocked?.decideBy ?? null,
          ],
        );
        if (!blocked) return;
        // When the run is evaluated again after a crash, it may have been decided in between.
        await session.query(
          `update runs set status = 'blocked', problem = $2 where run_id = $1 and status in ('running', 'blocked')
             and not exists (select from run_decisions where run_id = $1)`,
          [runId, JSON.stringify(blocked.problem)],
        );
      }),
    decide: async (runId, { decision, decidedBy, reason }) => {
      await database.query(
        `insert into run_decisions (run_id, decision, decided_by, reason) values ($1, $2, $3, $4)
         on conflict (run_id) do nothing`,
        [runId, decision, decidedBy, reason],
      );
      const valid = await readDecision(database, runId);
      if (!valid) throw new Error(`the decision of ${runId} was written but cannot be read`);
      return valid;
    },
    unblock: async (runId) => {
      await database.query(
        `update runs set status = 'running', problem = null where run_id = $1 and status = 'blocked'`,
        [runId],
      );
    },
    find: async (runId) => {
      const [[verdict], decision] = await Promise.all([
        database.query<Pick<RunGate, 'passed' | 'rules' | 'omitted'> & { evaluatedAt: Date; decideBy: Date | null }>(
          `select passed, rules, omitted, judged_at as "evaluatedAt", decide_by as "decideBy"
           from run_verdicts where run_id = $1`,
          [runId],
        ),
        readDecision(database, runId),
      ]);
      return (
        verdict && {
          passed: verdict.passed,
          rules: verdict.rules,
          omitted: verdict.omitted,
          evaluatedAt: verdict.evaluatedAt.toISOString(),
          decideBy: verdict.decideBy?.toISOString() ?? null,
          decision: decision ?? null,
        }
      );
    },
  };
}

async function readDecision(database: Database, runId: string): Promise<RunDecision | undefined> {
  const [row] = await database.query<Omit<RunDecision, 'decidedAt'> & { decidedAt: Date }>(
    `select decision, decided_by as "decidedBy", reason, decided_at as "decidedAt" from run_decisions where run_id = $1`,
    [runId],
  );
  return row && { ...row, decidedAt: row.decidedAt.toISOString() };
}
