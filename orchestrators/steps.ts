import type { Problem } from '../lib/problems/problem';
import type { RunSummary } from '../lib/runs/run';
import type { RunKey } from '../lib/runs/runKey';
import type { PlanSummary } from '../lib/planning/plan';
import type { PlanProgress } from '../lib/planning/scan';

/**
 * The activities that the orchestrators call: name, input, result. Results are small: data travels through the lake, not
 * through orchestration history.
 */
export interface Steps {
  ensureRun: { input: RunKey & { replayOf: string | null }; result: { created: string[] } };
  extractSource: { input: RunKey; result: { files: number; rows: number } };
  planRun: { input: RunKey; result: PlanProgress };
  convertFile: { input: PartOfRun; result: { bytes: number } };
  continuePlan: { input: RunKey; result: { blocks: number } };
  scanBlock: { input: PartOfRun; result: { bytes: number } };
  foldScan: { input: RunKey; result: PlanSummary };
  transformRange: { input: PartOfRun; result: { rows: number; rejected: number; bytes: number } };
  evaluateRun: { input: RunKey; result: { passed: true } | BlockedGate };
  resolveGate: { input: RunKey & { isOverdue: boolean }; result: { isApproved: boolean } };
  commitRun: { input: RunKey; result: { version: number; rows: number; rejected: number; parts: number } };
  loadDocuments: { input: PartOfRun; result: { rows: number } };
  removeStaleDocuments: { input: RunKey & { rows: number }; result: { deleted: number } };
  embedDocuments: {
    input: PartOfRun;
    result: { documents: number; embedded: number; reused: number; deleted: number };
  };
  removeStaleVectors: { input: RunKey & { chunks: number }; result: { deleted: number } };
  reconcileRun: { input: ReconcileInput; result: RunSummary };
  concludeRun: { input: RunKey & { problem: Problem | null; summary: RunSummary | null }; result: object };
  discardRun: { input: RunKey; result: object };
}
export type StepName = keyof Steps;

export interface BlockedGate {
  passed: false;
  /** Until when a decision is waited for, in milliseconds since 1970 UTC. */
  decideBy: number;
}

/** Number `part`, from 0, of the files to convert, the blocks to scan, the plan's ranges, or the committed partition's parts. */
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
