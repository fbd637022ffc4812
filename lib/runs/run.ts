import type { Problem } from '../problems/problem';
import type { RunCancellation } from './cancellationStore';
import type { RunGate } from './gate';
import type { IgnoredFiles } from './ignoredFiles';
import type { RunUsage } from './describeUsage';
import type { RunStep } from './runKey';

/** Counts of one task of a step; absent counts are 0. */
export interface TaskCounts {
  rows?: number;
  rejected?: number;
  /** Records of a key of which another one is kept. */
  dropped?: number;
  bytes?: number;
  embedded?: number;
  /** Chunks that the documents were split into so far. */
  found?: number;
  reused?: number;
  deleted?: number;
  /** Rows that were not embedded because a newer partition has the document. */
  superseded?: number;
}

/** Final counts of a run, over its partition. */
export interface RunSummary {
  rows: {
    source: number;
    lake: number;
    sql: number;
    vectors: number;
    /** Documents that a newer date has too: their vectors belong to that date. Absent: 0. */
    superseded?: number | undefined;
    /** Documents that are not in this date any more, and are served from an older one. Absent: 0. */
    returned?: number | undefined;
  };
  chunks: { embedded: number; reused: number; deleted: number };
  rejected: number;
  /** Records of a key of which another one is kept, as the contract says. Absent: 0. */
  dropped?: number;
  /** Version of the table that the run committed. */
  lakeVersion: number;
}

/**
 * `Blocked`: the quality gate closed, and the run waits for a decision. `Cancelled`: somebody asked the run to end, and it
 * has cleared what it had staged. `Terminated`: the orchestration engine ended it on request, and nothing was cleared.
 */
export type RunStatus =
  'Pending' | 'Running' | 'Blocked' | 'Completed' | 'Failed' | 'Cancelled' | 'Terminated' | 'Suspended';

const ENDED: ReadonlySet<RunStatus> = new Set<RunStatus>(['Completed', 'Failed', 'Cancelled', 'Terminated']);

/** True when the run can't change any more. */
export function hasEnded(status: RunStatus): boolean {
  return ENDED.has(status);
}

export type StepStatus = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

export interface ChunkProgress {
  /** Chunks in the index: embedded by this run, or already there. */
  done: number;
  /** All chunks of the run; while documents are not yet split, estimated from those that are. Null before the first. */
  total: number | null;
  isEstimate: boolean;
  /** Since the step began; null at its start. */
  perSecond: number | null;
  /** At that rate; null when it is not known, and when no chunk is left. */
  secondsLeft: number | null;
}

export interface StepProgress {
  name: RunStep;
  status: StepStatus;
  /** Tasks done, and all tasks (0 until their number is known). */
  done: number;
  total: number;
  rows: number;
  rejected: number;
  /** Of the step `embed`, once it has begun; null for other steps. */
  chunks: ChunkProgress | null;
  /** From the start of its first task to the end of its last, or to now. */
  seconds: number;
}

/** The latest execution of one (dataset, date), as `/api/runs` shows it. */
export interface Run {
  /** Instance id: one for each dataset and date. */
  id: string;
  dataset: string;
  date: string;
  /** Id of this execution; null until it has begun. */
  runId: string | null;
  status: RunStatus;
  /** The current step, or the last one. */
  step: RunStep | null;
  /** Name of the caller, or `schedule`; null for a run of a version that did not record it. */
  startedBy: string | null;
  /** The contract of the run limits who may read the documents; false before the run is planned. */
  limitsAccess: boolean;
  startedAt: string | null;
  finishedAt: string | null;
  seconds: number;
  steps: StepProgress[];
  rows: RunSummary['rows'] | null;
  chunks: RunSummary['chunks'] | null;
  rejected: number;
  /** Records of a key of which another one is kept, as the contract says. */
  dropped: number;
  lakeVersion: number | null;
  error: Problem | null;
}

/** Version of a contract, and the SHA-256 of its text. */
export interface RunContract {
  version: string;
  hash: string;
}

/** One run in full, as `/api/runs/{id}` shows it. */
export interface RunDetail extends Run {
  /** The contract that the run uses. Null until it is planned. */
  contract: RunContract | null;
  /** Null until the parts have been evaluated. */
  gate: RunGate | null;
  /** Null when the run was not started as a replay. */
  replay: RunReplay | null;
  /** Files of the date that the run does not use; null until the files are listed. */
  ignored: IgnoredFiles | null;
  /** Null when nobody asked to end the run. A run whose last step was under way may have completed all the same. */
  cancellation: RunCancellation | null;
  /** What the run used until now. Null when nothing is recorded: the run is of an earlier version, or has just begun. */
  usage: RunUsage | null;
}

/** How a replay compares with the execution that it replays. */
export interface RunReplay {
  /** Run id of the replayed execution. Its quarantine is kept. */
  of: string;
  /** `after` is null until every range has been transformed. */
  rejected: { before: number; after: number | null };
}
