import { decodeProblem } from '../problems/codec';
import { publicProblem } from '../problems/publicProblem';
import type { Problem } from '../problems/problem';
import { chunkProgress } from './chunkProgress';
import { hasEnded, type ChunkProgress, type Run, type RunStatus, type StepProgress } from './run';
import { RUN_STEPS, type RunStep } from './runKey';
import type { RunRecord, StepRecord } from './runStore';

/** The state of a durable instance, as the orchestration engine reports it. */
export interface InstanceState {
  status: RunStatus;
  createdAt: Date;
  updatedAt: Date;
  /** Output of a failed instance. */
  failure?: string;
}

/** Splits the instance id into dataset and date. */
export function parseInstanceId(instanceId: string): { dataset: string; date: string } | undefined {
  const match = /^ingest-(.+)-(\d{4}-\d{2}-\d{2})$/.exec(instanceId);
  return match?.[1] && match[2] ? { dataset: match[1], date: match[2] } : undefined;
}

/**
 * Joins the record (progress) with the engine's state (the authority on whether it runs). While a new execution has not yet
 * begun, `record` may be of an earlier one; it is then ignored.
 */
export function describeRun(
  instanceId: string,
  state: InstanceState | undefined,
  record: RunRecord | undefined,
  now: Date,
): Run {
  const names = parseInstanceId(instanceId) ?? { dataset: record?.dataset ?? '', date: record?.date ?? '' };
  const isOlder = state && record && record.startedAt.getTime() < state.createdAt.getTime() - CLOCK_SLACK_MS;
  const current = isOlder ? undefined : record;
  const status = statusOf(state, current);
  const ended = hasEnded(status);
  const finishedAt = ended ? (current?.finishedAt ?? state?.updatedAt ?? null) : null;
  const startedAt = current?.startedAt ?? state?.createdAt ?? null;
  const end = finishedAt ?? now;
  const steps = RUN_STEPS.map((name) => describeStep(name, current, ended, end));
  const problem = current?.problem ?? unknownFailure(state);
  return {
    id: instanceId,
    ...names,
    runId: current?.runId ?? null,
    status,
    step: steps.findLast((step) => step.status !== 'waiting' && step.status !== 'skipped')?.name ?? null,
    startedBy: current?.startedBy ?? null,
    limitsAccess: current?.contract?.limitsAccess ?? false,
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    seconds: startedAt ? secondsBetween(startedAt, end) : 0,
    steps,
    rows: current?.summary?.rows ?? null,
    chunks: current?.summary?.chunks ?? null,
    rejected: current?.summary?.rejected ?? steps.find(({ name }) => name === 'transform')?.rejected ?? 0,
    dropped: current?.summary?.dropped ?? current?.steps.find(({ step }) => step === 'transform')?.dropped ?? 0,
    lakeVersion: current?.summary?.lakeVersion ?? null,
    error: problem && publicProblem(problem),
  };
}

// The engine gives whole seconds.
const CLOCK_SLACK_MS = 2000;

const RECORDED = {
  running: 'Running',
  blocked: 'Blocked',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const;

/** For the engine, a run that waits is running, and a cancelled one has failed. */
function statusOf(state: InstanceState | undefined, record: RunRecord | undefined): RunStatus {
  if (!state) return record ? RECORDED[record.status] : 'Pending';
  if (state.status === 'Failed' && record?.status === 'cancelled') return 'Cancelled';
  return state.status === 'Running' && record?.status === 'blocked' ? 'Blocked' : state.status;
}

function describeStep(name: RunStep, run: RunRecord | undefined, ended: boolean, end: Date): StepProgress {
  const step = run?.steps.find((candidate) => candidate.step === name);
  if (!step || step.started === 0) {
    return {
      name,
      status: ended ? 'skipped' : 'waiting',
      done: 0,
      total: step?.total ?? 0,
      rows: 0,
      rejected: 0,
      chunks: null,
      seconds: 0,
    };
  }
  const started = step.firstStart ? new Date(step.firstStart) : end;
  const seconds = secondsBetween(started, step.lastEnd ? new Date(step.lastEnd) : end);
  return {
    name,
    status: name === 'gate' ? gateStatus(step, run, ended) : stepStatus(step, ended),
    done: step.done,
    total: step.total,
    rows: step.rows,
    rejected: step.rejected,
    chunks: name === 'embed' ? chunksOf(step, run, seconds) : null,
    seconds,
  };
}

function chunksOf(step: StepRecord, run: RunRecord | undefined, seconds: number): ChunkProgress {
  const documents = run?.steps.find((candidate) => candidate.step === 'commit' && candidate.done > 0)?.rows;
  return chunkProgress({ done: step.chunks, found: step.chunksFound, split: step.rows, documents, seconds });
}

function stepStatus(step: StepRecord, ended: boolean): StepProgress['status'] {
  if (step.done >= step.total) return 'done';
  if (step.failed > 0 || ended) return 'failed';
  return 'running';
}

/** The step that evaluates the gate ends long before the run is decided. */
function gateStatus(step: StepRecord, run: RunRecord | undefined, ended: boolean): StepProgress['status'] {
  const status = stepStatus(step, ended);
  if (status !== 'done' || run?.gatePassed !== false || run.decision === 'approve') return status;
  return run.status === 'blocked' && !ended ? 'running' : 'failed';
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 10) / 100);
}

function unknownFailure(state: InstanceState | undefined): Problem | null {
  if (state?.status !== 'Failed') return null;
  const { failure = 'The orchestration failed.' } = state;
  return decodeProblem(failure) ?? { code: 'RUN_FAILED', message: failure };
}
