import type { Database } from '../database/database';
import { MODEL_AMOUNTS, USAGE_AMOUNTS, type ModelUsage, type Usage, type UsageAmounts } from './usage';

/** One attempt at a step of a run. An attempt that ends badly is paid like any other. */
export interface StepAttempt {
  runId: string;
  /** Name of the step, as the registry of steps has it. */
  step: string;
  /** Number of the task, null for a step that is not fanned out. */
  task: number | null;
  hasSucceeded: boolean;
}

/** What all attempts at one step of a run used. */
export interface StepUsage extends Usage {
  step: string;
  attempts: number;
  failures: number;
}

/** What one kind of work of a day (UTC) used: all steps of runs, or all answers. */
export interface DayUsage extends Usage {
  /** `yyyy-mm-dd` */
  day: string;
  work: 'runs' | 'answers';
  /** Attempts at steps, or questions. */
  executions: number;
  failures: number;
}

/** The record in PostgreSQL of what runs and answers used. No text of a question or a document is in it. */
export interface UsageStore {
  /** One statement. Records nothing when the run has no record. */
  recordStep(attempt: StepAttempt, usage: Usage): Promise<void>;
  /** One statement. `hasSucceeded`: the question was answered, also with the answer that nothing was found. */
  recordAnswer(answer: { hasSucceeded: boolean }, usage: Usage): Promise<void>;
  /** In the order in which the steps first ended. Empty for a run of an earlier version. */
  ofRun(runId: string): Promise<StepUsage[]>;
  /** Days from the first to the last, both included, latest first; days without work are left out. */
  byDay(period: { from: string; to: string }): Promise<DayUsage[]>;
}

/** Columns of both tables, in the order of USAGE_AMOUNTS. */
const COLUMNS = USAGE_AMOUNTS.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

export function createUsageStore(database: Database): UsageStore {
  return {
    recordStep: async ({ runId, step, task, hasSucceeded }, usage) => {
      await database.query(
        `insert into run_usage (run_id, step, task, has_succeeded, models, ${COLUMNS.join(', ')})
         select run_id, $2, $3, $4, $5, ${placeholders(6)} from runs where run_id = $1`,
        [runId, step, task, hasSucceeded, ...valuesOf(usage)],
      );
    },
    recordAnswer: async ({ hasSucceeded }, usage) => {
      await database.query(
        `insert into answer_usage (has_succeeded, models, ${COLUMNS.join(', ')}) values ($1, $2, ${placeholders(3)})`,
        [hasSucceeded, ...valuesOf(usage)],
      );
    },
    ofRun: async (runId) => {
      const rows = await database.query<StepUsage & SumRow>(
        `with used as (select *, step as part from run_usage where run_id = $1)
         select part as step, executions as attempts, failures, ${sums}
         from (${summed('run_usage')}) as steps order by first_id`,
        [runId],
      );
      return rows.map(({ step, attempts, failures, ...row }) => ({ step, attempts, failures, ...usageOf(row) }));
    },
    byDay: async ({ from, to }) => {
      const ofTable = (table: string, work: string): string =>
        `(with used as (select *, (at at time zone 'UTC')::date as part from ${table}
                        where at >= $1::date and at < $2::date + 1)
          select part as day, '${work}' as work, executions, failures, ${sums} from (${summed(table)}) as days)`;
      const rows = await database.query<DayUsage & SumRow>(
        `${ofTable('run_usage', 'runs')} union all ${ofTable('answer_usage', 'answers')} order by day desc, work`,
        [from, to],
      );
      return rows.map(({ day, work, executions, failures, ...row }) => {
        return { day, work, executions, failures, ...usageOf(row) };
      });
    },
  };
}

type SumRow = UsageAmounts & { models: ModelUsage[] };

const sums = [...USAGE_AMOUNTS.map((name) => `"${name}"`), 'models'].join(', ');

/** Sums of the rows of `used`, one for each value of `part`. Without a cast the sum of a bigint is a text for the client. */
function summed(table: string): string {
  const amounts = USAGE_AMOUNTS.map(
    (name, index) => `sum(${COLUMNS[index]})::${/seconds/i.test(name) ? 'float8' : 'bigint'} as "${name}"`,
  );
  const ofModels = MODEL_AMOUNTS.map((name) => `sum((entry ->> '${name}')::bigint) as "${name}"`);
  return `select part, min(${table}.id) as first_id, count(*) as executions,
            count(*) filter (where not has_succeeded) as failures, ${amounts.join(', ')},
            coalesce((select json_agg(model_sums) from (
              select entry ->> 'model' as model, (entry ->> 'isInApp')::boolean as "isInApp", ${ofModels.join(', ')}
              from used as others, jsonb_array_elements(others.models) as entry
              where others.part = ${table}.part group by 1, 2 order by 1) as model_sums), '[]') as models
          from used as ${table} group by part`;
}

function placeholders(first: number): string {
  return COLUMNS.map((_, index) => `$${first + index}`).join(', ');
}

function valuesOf(usage: Usage): unknown[] {
  return [JSON.stringify(usage.models), ...USAGE_AMOUNTS.map((name) => usage[name])];
}

function usageOf(row: SumRow): Usage {
  return row;
}
