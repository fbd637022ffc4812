import type { Problem } from '../problems/problem';
import type { Database } from '../database/database';
import type { Decision } from './gate';
import type { RunContract, RunSummary, TaskCounts } from './run';
import type { IgnoredFiles } from './ignoredFiles';
import { instanceIdOf, type RunKey, type RunStep } from './runKey';

/** The record of a run in PostgreSQL: written by the activities, read by the API. Every write may be repeated. */
export interface RecordedContract extends RunContract {
  /** Its contract limits who may read the documents. Absent in records of earlier versions. */
  limitsAccess?: boolean;
}

export interface RunStore {
  /** `replayOf`: the execution that this one replays. `startedBy`: name of the caller, or `schedule`. */
  begin(key: RunKey, origin?: { replayOf?: string | null; startedBy?: string | null }): Promise<void>;
  /** Records how many tasks a step has. */
  plan(runId: string, step: RunStep, total: number): Promise<void>;
  /** Records the files of the date that the run does not use. */
  ignored(runId: string, ignored: IgnoredFiles): Promise<void>;
  /** Records the contract that the run uses. */
  contract(runId: string, contract: RecordedContract): Promise<void>;
  taskStarted(runId: string, step: RunStep, task: number): Promise<void>;
  /** Records what a task has counted so far. Does nothing when the task has ended. */
  taskProgressed(runId: string, step: RunStep, task: number, counts: TaskCounts): Promise<void>;
  taskFinished(runId: string, step: RunStep, task: number, outcome: TaskOutcome): Promise<void>;
  /** True when this call has ended the run, and none before it. */
  conclude(runId: string, outcome: { summary: RunSummary } | { problem: Problem }): Promise<boolean>;
  /** The latest execution for each of the instance ids; absent ones are left out. */
  latest(instanceIds: string[]): Promise<Map<string, RunRecord>>;
  /** Latest executions, newest first. */
  recent(limit: number): Promise<RunRecord[]>;
  /** One execution, the latest or an earlier one. */
  find(runId: string): Promise<RunRecord | undefined>;
}

export type TaskOutcome = { counts: TaskCounts } | { problem: Problem };

export interface RunRecord {
  runId: string;
  instanceId: string;
  dataset: string;
  date: string;
  startedAt: Date;
  finishedAt: Date | null;
  status: 'running' | 'blocked' | 'completed' | 'failed' | 'cancelled';
  /** The execution that this one replays. */
  replayOf: string | null;
  startedBy: string | null;
  /** Null until the files are listed. */
  ignored: IgnoredFiles | null;
  contract: RecordedContract | null;
  /** Null until the parts have been evaluated. */
  gatePassed: boolean | null;
  /** The decision after the gate closed. */
  decision: Decision | null;
  summary: RunSummary | null;
  problem: Problem | null;
  steps: StepRecord[];
}

export interface StepRecord {
  step: RunStep;
  total: number;
  started: number;
  done: number;
  failed: number;
  rows: number;
  rejected: number;
  dropped: number;
  /** Chunks that are in the index, and chunks that the documents were split into so far. */
  chunks: number;
  chunksFound: number;
  firstStart: Date | null;
  lastEnd: Date | null;
}

export function createRunStore(database: Database): RunStore {
  return {
    begin: async ({ runId, dataset, date }, { replayOf = null, startedBy = null } = {}) => {
      await database.query(
        `insert into runs (run_id, instance_id, dataset, ingest_date, status, replay_of, started_by)
         values ($1, $2, $3, $4, 'running', $5, $6)
         on conflict (run_id) do nothing`,
        [runId, instanceIdOf(dataset, date), dataset, date, replayOf, startedBy],
      );
    },
    plan: async (runId, step, total) => {
      await database.query(
        `insert into run_steps (run_id, step, total) values ($1, $2, $3)
         on conflict (run_id, step) do update set total = excluded.total`,
        [runId, step, total],
      );
    },
    ignored: async (runId, ignored) => {
      await database.query('update runs set ignored = $2 where run_id = $1', [runId, JSON.stringify(ignored)]);
    },
    contract: async (runId, contract) => {
      await database.query('update runs set contract = $2 where run_id = $1', [runId, JSON.stringify(contract)]);
    },
    taskStarted: async (runId, step, task) => {
      await database.query(
        `insert into run_parts (run_id, step, part) values ($1, $2, $3)
         on conflict (run_id, step, part) do update set finished_at = null, counts = null, problem = null`,
        [runId, step, task],
      );
    },
    taskProgressed: async (runId, step, task, counts) => {
      await database.query(
        `update run_parts set counts = $4 where run_id = $1 and step = $2 and part = $3 and finished_at is null`,
        [runId, step, task, JSON.stringify(counts)],
      );
    },
    taskFinished: async (runId, step, task, outcome) => {
      await database.query(
        `update run_parts set finished_at = now(), counts = $4, problem = $5
         where run_id = $1 and step = $2 and part = $3`,
        [
          runId,
          step,
          task,
          'counts' in outcome ? JSON.stringify(outcome.counts) : null,
          'problem' in outcome ? JSON.stringify(outcome.problem) : null,
        ],
      );
    },
    conclude: async (runId, outcome) => {
      const [concluded] = await database.query<{ isFirst: boolean }>(
        `update runs set finished_at = now(), status = $2, summary = $3, problem = $4
         from (select run_id, finished_at from runs where run_id = $1 for update) earlier
         where runs.run_id = earlier.run_id
         returning earlier.finished_at is null as "isFirst"`,
        [
          runId,
          'summary' in outcome ? 'completed' : outcome.problem.code === 'RUN_CANCELLED' ? 'cancelled' : 'failed',
          'summary' in outcome ? JSON.stringify(outcome.summary) : null,
          'problem' in outcome ? JSON.stringify(outcome.problem) : null,
        ],
      );
      return concluded?.isFirst ?? false;
    },
    latest: async (instanceIds) => {
      const records = await read(
        database,
        `select distinct on (instance_id) * from runs where instance_id = any($1) order by instance_id, started_at desc`,
        [instanceIds],
      );
      return new Map(records.map((record) => [record.instanceId, record]));
    },
    recent: (limit) =>
      read(
        database,
        `select * from (select distinct on (instance_id) * from runs order by instance_id, started_at desc) latest
         order by started_at desc limit $1`,
        [limit],
      ),
    find: async (runId) => (await read(database, 'select * from runs where run_id = $1', [runId]))[0],
  };
}

async function read(database: Database, selection: string, parameters: unknown[]): Promise<RunRecord[]> {
  return database.query<RunRecord>(
    `with chosen as (${selection}),
     parts as (
       select run_id, step, count(*) as started,
              count(*) filter (where finished_at is not null and problem is null) as done,
              count(*) filter (where problem is not null) as failed,
              coalesce(sum((counts ->> 'rows')::bigint), 0)::bigint as rows,
              coalesce(sum((counts ->> 'rejected')::bigint), 0)::bigint as rejected,
              coalesce(sum((counts ->> 'dropped')::bigint), 0)::bigint as dropped,
              coalesce(sum(chunks), 0)::bigint as chunks,
              coalesce(sum(greatest(chunks, (counts ->> 'found')::bigint)), 0)::bigint as chunks_found,
              min(started_at) as first_start,
              case when bool_and(finished_at is not null) then max(finished_at) end as last_end
       from run_parts,
            lateral (select coalesce((counts ->> 'embedded')::bigint, 0) + coalesce((counts ->> 'reused')::bigint, 0)) as c (chunks)
       where run_id in (select run_id from chosen) group by run_id, step),
     steps as (
       select run_id, step, coalesce(total, started::int) as total, coalesce(started, 0) as started,
              coalesce(done, 0) as done, coalesce(failed, 0) as failed, coalesce(rows, 0) as rows,
              coalesce(rejected, 0) as rejected,
              coalesce(dropped, 0) as dropped, coalesce(chunks, 0) as chunks,
              coalesce(chunks_found, 0) as chunks_found, first_start, last_end
       from parts full join (select * from run_steps where run_id in (select run_id from chosen)) planned
         using (run_id, step))
     select run_id as "runId", instance_id as "instanceId", dataset, ingest_date as date, started_at as "startedAt",
            finished_at as "finishedAt", status, summary, problem, replay_of as "replayOf", started_by as "startedBy",
            ignored, contract,
            (select passed from run_verdicts where run_verdicts.run_id = chosen.run_id) as "gatePassed",
            (select decision from run_decisions where run_decisions.run_id = chosen.run_id) as decision,
            coalesce((select json_agg(json_build_object(
              'step', step, 'total', total, 'started', started, 'done', done, 'failed', failed, 'rows', rows,
              'rejected', rejected, 'dropped', dropped, 'chunks', chunks, 'chunksFound', chunks_found,
              'firstStart', first_start, 'lastEnd', last_end))
              from steps where steps.run_id = chosen.run_id), '[]') as steps
     from chosen order by started_at desc`,
    parameters,
  );
}
