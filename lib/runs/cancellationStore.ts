import type { Database } from '../database/database';

/** Who asked to end an execution, and why. */
export interface RunCancellation {
  cancelledBy: string;
  reason: string;
  /** ISO 8601. */
  cancelledAt: string;
}

/** Requests to end a run, in PostgreSQL. The steps of the run look here and stop. Every write may be repeated. */
export interface CancellationStore {
  /** Returns the request that counts: this one, or an earlier one. The execution must have a record. */
  request(runId: string, by: Pick<RunCancellation, 'cancelledBy' | 'reason'>): Promise<RunCancellation>;
  /** Undefined when nobody asked to end the execution. */
  find(runId: string): Promise<RunCancellation | undefined>;
}

export function createCancellationStore(database: Database): CancellationStore {
  const find = async (runId: string): Promise<RunCancellation | undefined> => {
    const [row] = await database.query<Omit<RunCancellation, 'cancelledAt'> & { cancelledAt: Date }>(
      `select cancelled_by as "cancelledBy", reason, cancelled_at as "cancelledAt"
       from run_cancellations where run_id = $1`,
      [runId],
    );
    return row && { ...row, cancelledAt: row.cancelledAt.toISOString() };
  };
  return {
    find,
    request: async (runId, { cancelledBy, reason }) => {
      await database.query(
        `insert into run_cancellations (run_id, cancelled_by, reason) values ($1, $2, $3)
         on conflict (run_id) do nothing`,
        [runId, cancelledBy, reason],
      );
      const counted = await find(runId);
      if (!counted) throw new Error(`the cancellation of ${runId} was written but cannot be read`);
      return counted;
    },
  };
}
