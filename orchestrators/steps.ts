import type { Problem } from '../lib/errors';
import type { RunSummary } from '../lib/runs/run';
import type { RunKey } from '../lib/runs/runKey';

/**
 * The activities that the orchestrators call: name, input, result. Results are small: data travels through the lake, not
 * through orchestration history.
 */
export interface Steps {
  ensureRun: { input: RunKey; result: { created: string[] } };
  planRun: { input: RunKey; result: { shards: number[]; files: number; bytes: number; records: number } };
  transformRange: { input: RangeOfRun; result: { rows: number; rejected: number; bytes: number } };
  judgeRun: { input: RunKey; result: { passed: boolean; rules: VerdictRule[] } };
  commitRun: { input: RunKey; result: { version: number; rows: number; rejected: number; parts: number } };
  loadDocuments: { input: PartOfRun; result: { rows: number } };
  removeStaleDocuments: { input: RunKey; result: { deleted: number } };
  embedDocuments: { input: PartOfRun; result: { documents: number; embedded: number; reused: number } };
  removeStaleVectors: { input: RunKey; result: { deleted: number } };
  reconcileRun: { input: ReconcileInput; result: RunSummary };
  concludeRun: { input: RunKey & { problem: Problem | null; summary: RunSummary | null }; result: object };
  discardRun: { input: RunKey; result: object };
}
export type StepName = keyof Steps;

export interface VerdictRule {
  rule: string;
  expected: string;
  observed: string;
  passed: boolean;
}

/** Range `index` of the plan's shard; `part` numbers the ranges over all shards. */
export interface RangeOfRun extends RunKey {
  shard: number;
  index: number;
  part: number;
}

/** Part number `part`, from 0, of the partition that the run committed. */
export interface PartOfRun extends RunKey {
  part: number;
}

export interface ReconcileInput extends RunKey {
  /** Records that the planning counted in the files. */
  source: number;
  /** Records that were set aside. */
  rejected: number;
  lakeVersion: number;
  chunks: { embedded: number; reused: number; deleted: number };
}

/**
 * What an activity or a sub-orchestration answers. A permanent failure is an answer; only what a retry can mend is thrown.
 */
export type Outcome<Result> = { ok: true; result: Result } | { ok: false; problem: Problem };
