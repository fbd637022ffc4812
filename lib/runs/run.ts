import type { Problem } from '../problems/problem';
import type { RunGate } from './gate';
import type { RunStep } from './runKey';

/** What a task of a step counted; absent counts are 0. */
export interface TaskCounts {
  rows?: number;
  rejected?: number;
  bytes?: number;
  embedded?: number;
  reused?: number;
  deleted?: number;
  /** Rows that were not embedded, since a newer partition has the document. */
  superseded?: number;
}

/** Counts that a run ends with, over its partition. */
export interface RunSummary {
  rows: { source: number; lake: number; sql: number; vectors: number };
  chunks: { embedded: number; reused: number; deleted: number };
  rejected: number;
  /** Version of the table that the run committed. */
  lakeVersion: number;
}

/** `Blocked`: the quality gate closed, and the run waits for a decision. */
export type RunStatus = 'Pending' | 'Running' | 'Blocked' | 'Completed' | 'Failed' | 'Terminated' | 'Suspended';
export type StepStatus = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

export interface StepProgress {
  name: RunStep;
  status: StepStatus;
  /** Tasks done, and tasks in all (0 while that is not yet known). */
  done: number;
  total: number;
  rows: number;
  rejected: number;
  /** From the start of its first task to the end of its last, or to now. */
  seconds: number;
}

/** The latest execution of one (dataset, date), as `/api/runs` shows it. */
export interface Run {
  /** Instance id: one for each dataset and date. */
  id: string;
  dataset: string;
  date: string;
  /** Of this execution; null while it has not yet begun. */
  runId: string | null;
  status: RunStatus;
  /** The step that is under way, or the last one that was. */
  step: RunStep | null;
  startedAt: string | null;
  finishedAt: string | null;
  seconds: number;
  steps: StepProgress[];
  rows: RunSummary['rows'] | null;
  chunks: RunSummary['chunks'] | null;
  rejected: number;
  lakeVersion: number | null;
  error: Problem | null;
}

/** One run with all that is known of it, as `/api/runs/{id}` shows it. */
export interface RunDetail extends Run {
  /** Null until the parts have been judged. */
  gate: RunGate | null;
  /** Null when the run was not started as a replay. */
  replay: RunReplay | null;
}

/** How a replay compares with the execution that it replays. */
export interface RunReplay {
  /** Run id of that execution; its quarantine is kept. */
  of: string;
  /** `after` is null until every range has been transformed. */
  rejected: { before: number; after: number | null };
}
